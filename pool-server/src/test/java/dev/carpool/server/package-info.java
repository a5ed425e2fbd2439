/**
 * The server as people run it: a process of its own, over real HTTP, with real applications.
 *
 * <p>A {@link dev.carpool.server.RunningServer} is the fixture; the applications are in {@code
 * src/test/apps}.
 */
@NullMarked
package dev.carpool.server;

import org.jspecify.annotations.NullMarked;
