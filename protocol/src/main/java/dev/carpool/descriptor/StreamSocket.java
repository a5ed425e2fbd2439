package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/** What whoever stands between two sockets does with them, besides reading and writing. */
public final class StreamSocket {

  private static final int SOCK_STREAM_CLOEXEC_NONBLOCK = 1 | 0x80000 | 0x800;
  private static final int SIOCOUTQ = 0x5411;
  private static final int MSG_PEEK = 0x2;
  private static final int MSG_DONTWAIT = 0x40;

  private StreamSocket() {}

  /**
   * Begins to connect to a port of this machine's IPv4 loopback.
   *
   * @return non-blocking, the caller's, and connected once it is {@link Readiness#WRITABLE} and has
   *     no {@link #error}
   */
  public static Descriptor connect(int port) throws IOException {
    Scratch scratch = Scratch.get();
    int number = Syscall.SOCKET.call(scratch, TcpSocket.AF_INET, SOCK_STREAM_CLOEXEC_NONBLOCK, 0);
    if (number < 0) {
      throw new ErrnoException("socket", scratch.errno());
    }
    Descriptor socket = Descriptor.adopt(number);
    try (Arena arena = Arena.ofConfined()) {
      SocketOptions.setNoDelay(number);
      InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      MemorySegment address = TcpSocket.address(arena, loopback, port);
      int result =
          Syscall.CONNECT.once(scratch, number, Syscall.at(address), address.byteSize(), 0, 0);
      if (result < 0 && !Errno.EINPROGRESS.is(scratch.errno())) {
        throw new ErrnoException("connect to port " + port, scratch.errno());
      }
      if (TcpSocket.port(socket) == port) {
        // Nobody listens, and by chance it was given the very port, and so is its own peer.
        throw new ErrnoException("connect to port " + port, Errno.ECONNREFUSED);
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Fails with the error that a connection has come to, once. */
  public static void requireConnected(Descriptor socket) throws IOException {
    socket.enter();
    try {
      int error = SocketOptions.get(socket.number(), SocketOptions.ERROR);
      if (error != 0) {
        throw new ErrnoException("connect", error);
      }
    } finally {
      socket.leave();
    }
  }

  /**
   * The first byte that has come, which stays where it is.
   *
   * @return {@link Descriptor#END} if there is none
   */
  public static int firstByte(Descriptor socket) throws IOException {
    Scratch scratch = Scratch.get();
    socket.enter();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment first = arena.allocate(1);
      long message = Syscall.at(scratch.incoming(first));
      int n = Syscall.RECVMSG.call(scratch, socket.number(), message, MSG_PEEK | MSG_DONTWAIT);
      return n > 0 ? Byte.toUnsignedInt(first.get(JAVA_BYTE, 0)) : Descriptor.END;
    } finally {
      socket.leave();
    }
  }

  /** Another descriptor of the same socket, which the caller owns. */
  public static Descriptor copy(Descriptor socket) throws IOException {
    socket.enter();
    try {
      return Descriptor.adopt(FileFlags.duplicate(socket.number()));
    } finally {
      socket.leave();
    }
  }

  /** Sets what {@link Descriptor#priority} reads. */
  public static void priority(Descriptor socket, int value) throws IOException {
    socket.enter();
    try {
      SocketOptions.set(socket.number(), SocketOptions.PRIORITY, value);
    } finally {
      socket.leave();
    }
  }

  /** How many of the bytes that were written the peer of a Unix socket has not read. */
  public static int unread(Descriptor socket) throws IOException {
    Scratch scratch = Scratch.get();
    socket.enter();
    try {
      long value = Syscall.at(scratch.ints);
      if (Syscall.IOCTL.call(scratch, socket.number(), SIOCOUTQ, value) < 0) {
        throw new ErrnoException("ioctl", scratch.errno());
      }
      return scratch.ints.get(JAVA_INT, 0);
    } finally {
      socket.leave();
    }
  }
}
