/**
 * What is logged and where: lines made harmless, their two formats, files that are reopened, and
 * how much of an application's output the server's own log takes.
 *
 * <p>{@link dev.carpool.log.LogFile} and {@link dev.carpool.log.LogFiles} may be used from any
 * thread; writing waits for the disk. The rest has no thread of its own. May import {@code
 * descriptor}.
 */
@NullMarked
package dev.carpool.log;

import org.jspecify.annotations.NullMarked;
