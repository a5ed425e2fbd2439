/**
 * The admin listener: HTTP on loopback or a Unix socket, for whoever looks after the server. The
 * page, its events, the status, what scalers and checks ask for, and the changing of limits.
 *
 * <p>Looking is open to all who can connect; changing needs the {@link
 * dev.carpool.admin.AdminToken}. Host and Origin of every request are checked first ({@link
 * dev.carpool.admin.Admittance}), since whoever can make a person's browser ask would otherwise be
 * on this machine.
 *
 * <p>Jetty's threads ({@code admin-http-N}, eight at most) run the endpoints; they take snapshots
 * of the pool and wait for nothing. {@code admin-events} lives while somebody listens to events.
 * May import {@code api}, {@code wire}, {@code audit}, {@code metrics} and of {@code descriptor}
 * the file of a Unix socket; imports Jetty.
 */
@NullMarked
package dev.carpool.admin;

import org.jspecify.annotations.NullMarked;
