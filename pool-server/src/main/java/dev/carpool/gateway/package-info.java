/**
 * The embedded HTTP server behind {@code carpool serve}.
 *
 * <p>A request's body is read whole before a process is asked for, so that a slow upload occupies
 * nobody; the response goes through a bounded buffer, so that a slow reader occupies nobody either
 * once it is in there. The HTTP server's few threads read bodies and write responses and never
 * wait; each session with a process has one platform thread of its own, the {@code Relay}'s.
 *
 * <p>May import {@code api}, {@code descriptor} and {@code live.LiveSession}, and is the one
 * importer of Jetty.
 */
@NullMarked
package dev.carpool.gateway;

import org.jspecify.annotations.NullMarked;
