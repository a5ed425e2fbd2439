/**
 * The status of the pool for people: a FIFO that says the whole report to whoever opens it; and the
 * watch over accept queues, whose connections the pool has not seen yet.
 *
 * <p>Imports {@code api} (where the report's text is made, for the command line says the same),
 * {@code descriptor} and {@code backlog}. One platform thread waits for readers; it takes a
 * snapshot and changes nothing, and no reader can hold it up. Another one looks at accept queues.
 */
@NullMarked
package dev.carpool.status;

import org.jspecify.annotations.NullMarked;
