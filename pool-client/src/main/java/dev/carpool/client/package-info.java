/**
 * The pool server as seen by those who use it: {@link dev.carpool.client.PoolServerProcess} starts
 * one, {@link dev.carpool.client.SharedServerSocket} connects to it, {@link
 * dev.carpool.client.RemotePool} asks it for {@link dev.carpool.client.RemoteSession}s.
 *
 * <p>Everything may be used from any thread. A remote pool has one thread of its own, which reads
 * the replies and completes the futures. May import all of the protocol module.
 */
@NullMarked
package dev.carpool.client;

import org.jspecify.annotations.NullMarked;
