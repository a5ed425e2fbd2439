package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** TCP sockets over IPv4 and IPv6 that listen. */
final class TcpSocket {

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;

  /** {@code struct sockaddr_in6}, the larger one. */
  private static final int ADDRESS_SIZE = 28;

  private TcpSocket() {}

  /**
   * Listens on a port.
   *
   * @param host a name or an address; {@code "*"} for all addresses of both families
   * @param port 0 lets the kernel choose
   * @throws IOException with a message for whoever configured the address
   */
  static Descriptor listen(String host, int port, int backlog) throws IOException {
    if (!host.equals("*")) {
      return listen(address(host), port, backlog, shown(host, port));
    }
    try {
      return listen(InetAddress.getByAddress(new byte[16]), port, backlog, shown(host, port));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EAFNOSUPPORT && e.errno() != Errno.EADDRNOTAVAIL) {
        throw e;
      }
      // IPv6 is switched off here.
      return listen(InetAddress.getByAddress(new byte[4]), port, backlog, shown(host, port));
    }
  }

  /** As it is written in URLs. */
  static String shown(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** The port that a socket is bound to. */
  static int port(Descriptor socket) throws IOException {
    Scratch scratch = Scratch.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_SIZE, 4);
      scratch.ints.set(JAVA_INT, 0, ADDRESS_SIZE);
      long size = Syscall.at(scratch.ints);
      if (Syscall.GETSOCKNAME.call(scratch, socket.number(), Syscall.at(address), size) < 0) {
        throw new ErrnoException("getsockname", scratch.errno());
      }
      return Short.toUnsignedInt(Short.reverseBytes(address.get(JAVA_SHORT, 2)));
    }
  }

  private static InetAddress address(String host) throws IOException {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IOException(
          "there is no address for the name '"
              + host
              + "'; name an address of this machine, or * for all",
          e);
    }
  }

  private static Descriptor listen(InetAddress host, int port, int backlog, String shown)
      throws IOException {
    Scratch scratch = Scratch.get();
    boolean six = host instanceof Inet6Address;
    int number = Syscall.SOCKET.call(scratch, six ? AF_INET6 : AF_INET, SOCK_STREAM_CLOEXEC, 0);
    if (number < 0) {
      throw new ErrnoException("socket for " + shown, scratch.errno());
    }
    Descriptor socket = Descriptor.adopt(number);
    try (Arena arena = Arena.ofConfined()) {
      SocketOptions.set(number, SocketOptions.REUSE_ADDRESS, 1);
      SocketOptions.setNoDelay(number);
      if (six && host.isAnyLocalAddress()) {
        SocketOptions.setBothFamilies(number);
      }
      MemorySegment address = address(arena, host, port);
      if (Syscall.BIND.call(scratch, number, Syscall.at(address), address.byteSize()) < 0
          || Syscall.LISTEN.call(scratch, number, backlog) < 0) {
        throw refused(shown, port, new ErrnoException("listen on " + shown, scratch.errno()));
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** The refusal in words for whoever configured the address. */
  private static IOException refused(String shown, int port, ErrnoException why) {
    String cure =
        switch (why.errno()) {
          case EADDRINUSE ->
              "somebody else listens on %s already (is another server running?); 'ss -ltnp sport"
                      .formatted(shown)
                  + " = :%d' shows who".formatted(port);
          case EADDRNOTAVAIL ->
              shown.startsWith("*")
                  ? null
                  : "this machine has no address for %s; 'ip address' shows those it has"
                      .formatted(shown);
          case EACCES ->
              "this user (%s) may not listen on %s; name a port from 1024, or let systemd pass"
                      .formatted(System.getProperty("user.name"), shown)
                  + " the socket";
          default -> null;
        };
    return cure == null ? why : new IOException("%s (%s)".formatted(cure, why.errno()), why);
  }

  static MemorySegment address(Arena arena, InetAddress host, int port) {
    byte[] bytes = host.getAddress();
    boolean six = host instanceof Inet6Address;
    MemorySegment address = arena.allocate(six ? ADDRESS_SIZE : 16, 4);
    address.set(JAVA_SHORT, 0, (short) (six ? AF_INET6 : AF_INET));
    address.set(JAVA_SHORT, 2, Short.reverseBytes((short) port)); // in network order
    MemorySegment.copy(bytes, 0, address, JAVA_BYTE, six ? 8 : 4, bytes.length);
    if (host instanceof Inet6Address scoped) {
      address.set(JAVA_INT, 24, scoped.getScopeId());
    }
    return address;
  }
}
