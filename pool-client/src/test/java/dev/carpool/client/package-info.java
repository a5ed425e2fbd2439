/**
 * Tests of the real server process, through the socket that it inherits.
 *
 * <p>{@link dev.carpool.client.ServerUnderTest} is such a process, {@link
 * dev.carpool.client.ServerCensus} what it has open. The other half of some tests is in {@code
 * src/test/webserver}: clients in Python, since not every web server is written in Java.
 */
@NullMarked
package dev.carpool.client;

import org.jspecify.annotations.NullMarked;
