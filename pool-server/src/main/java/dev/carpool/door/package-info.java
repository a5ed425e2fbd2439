/**
 * The doors through which clients come in: the inherited server socket, where a byte asks for a
 * connection, and the admin socket with a name.
 *
 * <p>Behind both a client has a {@link dev.carpool.door.Conversation}: one platform thread that
 * reads, replies that any thread may write, because no write waits. A client that breaks the rules
 * loses its own conversation and nothing else. May import {@code api}, {@code wire}, {@code
 * descriptor}, {@code channel}, {@code audit}, and of {@code live} the session whose descriptor is
 * passed on.
 */
@NullMarked
package dev.carpool.door;

import org.jspecify.annotations.NullMarked;
