/**
 * The contract of the pool: what a caller may ask, what it gets, and what it is told when it gets
 * nothing.
 *
 * <p>Everything here is immutable or an interface, may be used from any thread, and imports nothing
 * of Carpool's other packages. The in-process pool and the remote client implement the same {@link
 * dev.carpool.api.ApplicationPool} and pass the same test suite.
 */
@NullMarked
package dev.carpool.api;

import org.jspecify.annotations.NullMarked;
