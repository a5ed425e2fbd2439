/** Tests of the gateway, against a pool whose processes are played by the tests. */
@NullMarked
package dev.carpool.gateway;

import org.jspecify.annotations.NullMarked;
