/**
 * Listening sockets on which stock web servers speak SCGI or FastCGI, and anybody HTTP: the
 * accepted connection itself goes to a process, and no byte of a request passes through here.
 *
 * <p>Imports {@code api}, {@code descriptor}, {@code live}, {@code refusal} and {@code relay}. All
 * of it runs on the loop of the pool, but for the words of the pool to a {@link Visitor}, which may
 * come in any thread.
 */
@NullMarked
package dev.carpool.front;

import org.jspecify.annotations.NullMarked;
