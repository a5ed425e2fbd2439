/**
 * What people type: the words of a command line, and which word a mistyped one was meant to be.
 *
 * <p>A few lines in place of a library, because every {@code carpool status} and every start of the
 * server would wait for the library's classes. Imports nothing of Carpool's; used by one thread.
 */
@NullMarked
package dev.carpool.words;

import org.jspecify.annotations.NullMarked;
