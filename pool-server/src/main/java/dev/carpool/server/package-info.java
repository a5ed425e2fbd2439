/**
 * The programs {@code carpool serve}, {@code carpool server} and {@code carpool check}: reads what
 * is wanted, puts the parts together, and takes them apart in the right order.
 *
 * <p>May import everything. The main thread starts the parts and waits for a reason to stop them.
 */
@NullMarked
package dev.carpool.server;

import org.jspecify.annotations.NullMarked;
