/** The administration commands, as processes against a server that runs. */
@NullMarked
package dev.carpool.cli;

import org.jspecify.annotations.NullMarked;
