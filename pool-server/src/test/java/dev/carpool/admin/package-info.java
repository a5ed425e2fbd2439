/** The admin listener alone: a real one, over a pool in which nothing happens. */
@NullMarked
package dev.carpool.admin;

import org.jspecify.annotations.NullMarked;
