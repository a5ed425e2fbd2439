/**
 * The pool and this JVM as metrics, in the formats of Prometheus.
 *
 * <p>Imports the contract alone. Runs on the thread that asks, without state of its own.
 */
@NullMarked
package dev.carpool.metrics;

import org.jspecify.annotations.NullMarked;
