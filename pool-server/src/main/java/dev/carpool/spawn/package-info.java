/**
 * Processes: how one is started, spoken with, listened to and ended.
 *
 * <p>A start is a journey with named steps (prepare, exec, the helper's own, ready), and its
 * failure is a report that names the step. One immortal thread executes programs; one event loop
 * reads all lines, and what happens to a {@link dev.carpool.spawn.HelperProcess} happens on it;
 * another one reads what the applications print, so that a slow log holds up nobody but them. May
 * import {@code api}, {@code descriptor}, {@code channel}, {@code log} and {@code relay}.
 */
@NullMarked
package dev.carpool.spawn;

import org.jspecify.annotations.NullMarked;
