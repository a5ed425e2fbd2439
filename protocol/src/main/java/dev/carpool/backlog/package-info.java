/**
 * The accept queues of all listening sockets, Unix and TCP, of this network namespace, whoever owns
 * them: how many connections wait, how many may, who was turned away.
 *
 * <p>The kernel says it by netlink (sock_diag) to every user; who owns a socket it says in /proc,
 * to its owner and to root. Imports {@code descriptor}. Runs on the caller's thread.
 */
@NullMarked
package dev.carpool.backlog;

import org.jspecify.annotations.NullMarked;
