package dev.carpool.backlog;

import com.google.common.collect.ImmutableList;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.NetlinkSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at the accept queues of all listening sockets of this network namespace, as any user may.
 *
 * <p>Safe in any thread. Holds one descriptor, which {@link #close} closes.
 */
public final class AcceptQueues implements AutoCloseable {

  /** SOCK_DIAG_BY_FAMILY. */
  private static final int BY_FAMILY = 20;

  private final NetlinkSocket socket;
  private final UnixNames names = new UnixNames();

  private AcceptQueues(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens the way to the kernel's lists.
   *
   * @throws IOException with a message for people: what forbids it, and what to do
   */
  public static AcceptQueues open() throws IOException {
    try {
      return new AcceptQueues(NetlinkSocket.open(NetlinkSocket.SOCK_DIAG));
    } catch (ErrnoException e) {
      throw new IOException(noSocket(e.errno()), e);
    }
  }

  static String noSocket(Errno errno) {
    return switch (errno) {
      case EAFNOSUPPORT, EPERM, EACCES ->
          ("the accept queues cannot be asked for: this process may not open a netlink socket"
                  + " (%s). A sandbox forbids it: allow AF_NETLINK in systemd's"
                  + " RestrictAddressFamilies=, or socket(AF_NETLINK) in the seccomp profile of the"
                  + " container")
              .formatted(errno);
      case EPROTONOSUPPORT ->
          "the accept queues cannot be asked for: this kernel has no sock_diag (%s)"
              .formatted(errno);
      default -> "the accept queues cannot be asked for: no netlink socket (%s)".formatted(errno);
    };
  }

  /**
   * What was seen.
   *
   * @param queues Unix sockets first
   * @param unseen what the kernel could not list, and what to do about it; empty mostly
   */
  public record Listing(ImmutableList<AcceptQueue> queues, ImmutableList<String> unseen) {}

  /** All listening sockets now, without their syn queues: the cheap way, for looking often. */
  public Listing look() throws IOException {
    return look(false);
  }

  /** The same with the syn queues, for which the kernel goes through all connections. */
  public Listing lookClosely() throws IOException {
    return look(true);
  }

  private synchronized Listing look(boolean closely) throws IOException {
    ImmutableList.Builder<AcceptQueue> queues = ImmutableList.builder();
    List<String> unseen = new ArrayList<>();
    try {
      queues.addAll(names.today(socket.dump(BY_FAMILY, UnixDiag.request(), UnixDiag::read)));
    } catch (ErrnoException e) {
      unseen.add(notListed("Unix sockets", "unix_diag", e.errno()));
    }
    try {
      List<InetDiag.Row> rows = tcp(InetDiag.LISTEN);
      SynQueues halfOpen =
          closely ? new SynQueues(rows, tcp(InetDiag.SYN_RECEIVED)) : SynQueues.NOT_ASKED;
      rows.forEach(row -> queues.add(row.queue(halfOpen.of(row))));
    } catch (ErrnoException e) {
      unseen.add(notListed("TCP sockets", "tcp_diag", e.errno()));
    }
    if (unseen.size() == 2) {
      throw new IOException(String.join("; ", unseen));
    }
    return new Listing(queues.build(), ImmutableList.copyOf(unseen));
  }

  private List<InetDiag.Row> tcp(int state) throws IOException {
    List<InetDiag.Row> rows = new ArrayList<>();
    for (int family : List.of(InetDiag.AF_INET, InetDiag.AF_INET6)) {
      rows.addAll(socket.dump(BY_FAMILY, InetDiag.request(family, state), InetDiag::read));
    }
    return rows;
  }

  static String notListed(String what, String module, Errno errno) {
    return errno == Errno.ENOENT
        ? "the kernel cannot list %s (ENOENT): its module %s is missing; as root: modprobe %s"
            .formatted(what, module, module)
        : "the kernel does not list %s (%s)".formatted(what, errno);
  }

  @Override
  public void close() {
    socket.close();
  }
}
