package dev.carpool.config;

import java.nio.file.Path;

/** Where a front listens. {@code toString()} is what follows {@code scgi:} in carpool.toml. */
public sealed interface Address {

  /**
   * A Unix socket.
   *
   * @param path absolute, at most 107 bytes
   */
  record Unix(Path path) implements Address {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /**
   * A TCP port.
   *
   * @param host a name or an address, without the brackets of IPv6; {@code "*"} for all addresses
   * @param port 1 to 65535; 0 lets the kernel choose
   */
  record Tcp(String host, int port) implements Address {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * All sockets that systemd passed under a name.
   *
   * @param name FileDescriptorName= of the .socket unit
   */
  record Inherited(String name) implements Address {
    @Override
    public String toString() {
      return "fd:" + name;
    }
  }
}
