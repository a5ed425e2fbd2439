/**
 * Real processes, good and bad ones; the bad ones by name in {@code src/test/apps/misbehaving}.
 *
 * <p>A {@link dev.carpool.spawn.SpawnScene} hears what becomes of them and takes a census.
 */
@NullMarked
package dev.carpool.spawn;

import org.jspecify.annotations.NullMarked;
