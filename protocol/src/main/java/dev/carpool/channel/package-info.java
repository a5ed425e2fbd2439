/**
 * Messages and the descriptors that ride on them, over one connected socket.
 *
 * <p>{@link dev.carpool.channel.MessageChannel} is one dialogue: one thread receives, any thread
 * sends, and sending never waits. The rest is the one room for junixsocket: what makes a descriptor
 * into a child's standard stream or into a channel for selectors. May import {@code api}, {@code
 * wire} and {@code descriptor}. It has no thread of its own.
 */
@NullMarked
package dev.carpool.channel;

import org.jspecify.annotations.NullMarked;
