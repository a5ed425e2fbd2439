/**
 * Between a connection that is to be served and a process that listens by itself: requests in SCGI
 * or FastCGI on the one side, FastCGI or HTTP on the other, in pieces as they come, and never more
 * of them kept than a buffer.
 *
 * <p>Imports {@code api} and {@code descriptor}. All of it runs on the relay's own event loop, but
 * for {@code Relay}, which any thread may ask.
 */
@NullMarked
package dev.carpool.relay;

import org.jspecify.annotations.NullMarked;
