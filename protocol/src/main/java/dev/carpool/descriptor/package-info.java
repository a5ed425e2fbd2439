/**
 * Descriptors with an owner, and the few system calls that Java has no words for.
 *
 * <p>The one room for {@code java.lang.foreign}: socket pairs, passing descriptors (SCM_RIGHTS),
 * the event loop on epoll, Unix sockets with their peer's identity, listening sockets (made here or
 * inherited from systemd), named pipes, files that are only appended to, signals to process groups,
 * users and groups, lists of the kernel's by netlink. It knows nothing of pools or protocols and
 * imports nothing of Carpool's. Linux, 64 bit.
 *
 * <p>{@link dev.carpool.descriptor.Descriptor} may be used from any thread, also while another
 * closes it. An {@link dev.carpool.descriptor.EventLoop} has one thread of its own, on which its
 * handlers run.
 */
@NullMarked
package dev.carpool.descriptor;

import org.jspecify.annotations.NullMarked;
