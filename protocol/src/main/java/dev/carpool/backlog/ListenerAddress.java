package dev.carpool.backlog;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;

/** Where somebody listens. {@code toString()} is the word by which a person names it. */
public sealed interface ListenerAddress {

  /**
   * A Unix socket.
   *
   * @param name its path, relative to an unknown folder if it was bound like that; an abstract name
   *     begins with {@code @}. What does not print stands as {@code ?}
   * @param file which file it is, as {@link SocketFileId} has it; 0 if it has none
   */
  record Unix(String name, long file) implements ListenerAddress {
    @Override
    public String toString() {
      return "unix:" + name;
    }
  }

  /**
   * A TCP port.
   *
   * @param host {@code 0.0.0.0} for all addresses of IPv4, {@code ::} for all of IPv6, and of IPv4
   *     too unless the socket was told otherwise
   */
  record Tcp(InetAddress host, int port) implements ListenerAddress {
    @Override
    public String toString() {
      return "tcp:" + InetAddresses.toUriString(host) + ":" + port;
    }
  }
}
