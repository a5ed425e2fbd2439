package dev.carpool.backlog;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listener as a person names it: {@code unix:/run/x.sock}, {@code unix:@abstract}, {@code
 * tcp:80}, {@code tcp:127.0.0.1:80}, {@code tcp:[::1]:80}. It may stand for several sockets, as
 * {@code tcp:80} does for all on that port, or for none.
 */
public sealed interface ListenerName {

  /** Those of these sockets that are meant. */
  ImmutableList<AcceptQueue> among(List<AcceptQueue> queues);

  /** A Unix socket: the one of this name, else the one of that file. */
  record Unix(String name) implements ListenerName {
    @Override
    public ImmutableList<AcceptQueue> among(List<AcceptQueue> queues) {
      ImmutableList<AcceptQueue> named =
          queues.stream()
              .filter(
                  q -> q.address() instanceof ListenerAddress.Unix(String n, _) && n.equals(name))
              .collect(ImmutableList.toImmutableList());
      long file = named.isEmpty() && !name.startsWith("@") ? SocketFileId.of(Path.of(name)) : 0;
      return file == 0
          ? named
          : queues.stream()
              .filter(q -> q.address() instanceof ListenerAddress.Unix(_, long f) && f == file)
              .collect(ImmutableList.toImmutableList());
    }

    @Override
    public String toString() {
      return "unix:" + name;
    }
  }

  /**
   * A TCP port.
   *
   * @param host null for any
   */
  record Tcp(@Nullable InetAddress host, int port) implements ListenerName {
    @Override
    public ImmutableList<AcceptQueue> among(List<AcceptQueue> queues) {
      return queues.stream()
          .filter(
              q ->
                  q.address() instanceof ListenerAddress.Tcp(InetAddress h, int p)
                      && p == port
                      && (host == null || h.equals(host)))
          .collect(ImmutableList.toImmutableList());
    }

    @Override
    public String toString() {
      return "tcp:" + (host == null ? "" : InetAddresses.toUriString(host) + ":") + port;
    }
  }

  /**
   * The listener that a word names.
   *
   * @throws IllegalArgumentException with a message for whoever wrote the word
   */
  static ListenerName parse(String word) {
    return new ListenerWord(word).parse();
  }
}
