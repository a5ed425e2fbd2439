package dev.carpool.admin;

import com.google.common.collect.ImmutableSet;
import dev.carpool.descriptor.SocketPermissions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/**
 * Where the admin listener is, and under which names.
 *
 * @param address a TCP address of loopback, whose port may be 0 for any, or a Unix socket
 * @param permissions of the Unix socket
 * @param hosts names beside those of loopback under which it is asked for, through a proxy
 */
public record AdminSettings(
    SocketAddress address, SocketPermissions permissions, ImmutableSet<String> hosts) {

  public AdminSettings {
    switch (address) {
      case InetSocketAddress tcp -> {
        InetAddress resolved = tcp.getAddress();
        if (resolved != null && !resolved.isLoopbackAddress()) {
          throw new IllegalArgumentException(tcp + " is not of loopback");
        }
      }
      case UnixDomainSocketAddress _ -> {}
      default -> throw new IllegalArgumentException("neither TCP nor Unix: " + address);
    }
  }
}
