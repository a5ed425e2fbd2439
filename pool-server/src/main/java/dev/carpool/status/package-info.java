/**
 * The status of the pool for people: a FIFO that says the whole report to whoever opens it.
 *
 * <p>Imports {@code api} (where the report's text is made, for the command line says the same) and
 * {@code descriptor}. One platform thread waits for readers; it takes a snapshot and changes
 * nothing, and no reader can hold it up.
 */
@NullMarked
package dev.carpool.status;

import org.jspecify.annotations.NullMarked;
