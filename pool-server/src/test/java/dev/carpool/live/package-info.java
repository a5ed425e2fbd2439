/** Tests of the pool in motion: with processes played by the tests, and with real ones. */
@NullMarked
package dev.carpool.live;

import org.jspecify.annotations.NullMarked;
