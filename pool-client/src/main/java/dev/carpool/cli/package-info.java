/**
 * The administration commands: what {@code carpool} does with a server that runs, and what it says
 * of this machine without one.
 *
 * <p>Imports {@code api}, {@code backlog}, {@code channel}'s runtime directory, and {@code client}
 * to talk to the admin socket. Each command is one thread that asks, prints and ends; exit codes
 * are 0, 1 for what fails at run time and 2 for a wrong command line. ({@code serve}, {@code
 * server} and {@code check} are the pool server's own commands; the launcher knows who does what.)
 */
@NullMarked
package dev.carpool.cli;

import org.jspecify.annotations.NullMarked;
