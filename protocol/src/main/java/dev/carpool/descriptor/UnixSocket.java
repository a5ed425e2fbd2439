package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Unix stream sockets with a name, and who is at the other end. */
public final class UnixSocket {

  static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_STREAM = 1;

  /** The peer's user when there is no peer. */
  private static final int NOBODY = -1;

  /** The longest path that a socket address holds, in bytes. */
  public static final int MAX_PATH = 107;

  private UnixSocket() {}

  /** Who made the other end of a connected socket. */
  public record Peer(int pid, int uid, int gid) {}

  /**
   * Listens under a path that does not exist yet.
   *
   * @throws ErrnoException EADDRINUSE if the path exists
   */
  public static Descriptor listen(Path path, int backlog) throws IOException {
    Descriptor socket = open();
    Scratch scratch = Scratch.get();
    try {
      if (withAddress(Syscall.BIND, socket, path) < 0) {
        throw new ErrnoException("bind to " + path, scratch.errno());
      }
      if (Syscall.LISTEN.call(scratch, socket.number(), backlog) < 0) {
        throw new ErrnoException("listen on " + path, scratch.errno());
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Connects to a listening socket, or fails at once; {@link Connector} tries again. (The kernel
   * would let a blocking connect sleep without limit while the backlog is full.)
   *
   * @return a blocking socket
   * @throws ErrnoException ENOENT if there is no such socket, ECONNREFUSED if nobody listens on it,
   *     EAGAIN if its backlog is full
   */
  public static Descriptor connect(Path path) throws IOException {
    Descriptor socket = connectNonBlocking(path);
    try {
      FileFlags.setBlocking(socket.number());
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** The same, but the socket stays non-blocking. */
  static Descriptor connectNonBlocking(Path path) throws IOException {
    Descriptor socket = open(SOCK_NONBLOCK);
    if (withAddress(Syscall.CONNECT, socket, path) < 0) {
      int errno = Scratch.get().errno();
      socket.close();
      throw new ErrnoException("connect to " + path, errno);
    }
    return socket;
  }

  /**
   * Whether somebody listens on a socket file, found out by connecting without waiting.
   *
   * @return also true if the backlog is full, or the socket is of another type than streams; false
   *     if the file is stale or gone
   * @throws ErrnoException EACCES if this user may not ask
   */
  static boolean answers(Path path) throws IOException {
    try (Descriptor socket = open(SOCK_NONBLOCK)) {
      if (withAddress(Syscall.CONNECT, socket, path) >= 0) {
        return true;
      }
      Errno errno = Errno.of(Scratch.get().errno());
      return switch (errno) {
        case EAGAIN, EPROTOTYPE -> true;
        case ECONNREFUSED, ENOENT -> false;
        default -> throw new ErrnoException("connect to " + path, errno);
      };
    }
  }

  /** Accepts the next connection of a listening socket, which the caller then owns. */
  public static Descriptor accept(Descriptor listening) throws IOException {
    Scratch scratch = Scratch.get();
    listening.enter();
    try {
      listening.await(Readiness.READABLE, null); // which a close by another thread ends
      int number = Syscall.ACCEPT4.call(scratch, listening.number(), 0, 0, SOCK_CLOEXEC);
      if (number < 0) {
        throw new ErrnoException("accept4", scratch.errno());
      }
      return Descriptor.adopt(number);
    } finally {
      listening.leave();
    }
  }

  /** Who made the other end; true for connected sockets, the maker of the pair for socket pairs. */
  public static Peer peer(Descriptor socket) throws IOException {
    return SocketOptions.peer(socket.number());
  }

  /**
   * Whether the process at the other end was in a group when it connected: as its own, or as a
   * supplementary one. The kernel knows, and asks no user database.
   */
  public static boolean isPeerIn(Descriptor socket, long group) throws IOException {
    return Integer.toUnsignedLong(peer(socket).gid()) == group
        || SocketOptions.peerGroups(socket.number()).contains(group);
  }

  /**
   * Takes over an inherited descriptor, and keeps it from being inherited any further.
   *
   * @throws IOException if there is no such descriptor, or it is not a connected Unix stream
   *     socket; nothing was changed then
   */
  public static Descriptor adopt(int number) throws IOException {
    try {
      int domain = SocketOptions.get(number, SocketOptions.DOMAIN);
      int type = SocketOptions.get(number, SocketOptions.TYPE);
      if (domain != AF_UNIX || type != SOCK_STREAM) {
        throw new IOException(
            "descriptor " + number + " is a socket, but not a Unix stream socket");
      }
      if (SocketOptions.get(number, SocketOptions.ACCEPTS) != 0) {
        throw new IOException("descriptor " + number + " is a listening socket");
      }
      if (SocketOptions.peer(number).uid() == NOBODY) {
        throw new IOException("descriptor " + number + " is not connected");
      }
    } catch (ErrnoException e) {
      throw new IOException(
          e.errno() == Errno.EBADF
              ? "descriptor " + number + " is not open"
              : "descriptor " + number + " is not a socket",
          e);
    }
    FileFlags.setCloseOnExec(number);
    return Descriptor.adopt(number);
  }

  private static Descriptor open() throws IOException {
    return open(0);
  }

  /** A socket without a name. */
  static Descriptor open(int flags) throws IOException {
    Scratch scratch = Scratch.get();
    int number = Syscall.SOCKET.call(scratch, AF_UNIX, SOCK_STREAM_CLOEXEC | flags, 0);
    if (number < 0) {
      throw new ErrnoException("socket", scratch.errno());
    }
    return Descriptor.adopt(number);
  }

  /** Binds or connects; the result of the call. */
  static int withAddress(Syscall call, Descriptor socket, Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      return call.call(Scratch.get(), socket.number(), Syscall.at(address), address.byteSize());
    }
  }

  /** Whether a socket address can hold this path. */
  public static boolean fits(Path path) {
    return bytes(path).length <= MAX_PATH;
  }

  static void requireFits(Path path) throws IOException {
    if (!fits(path)) {
      throw new IOException(
          "socket path of %d bytes is too long (at most %d): %s"
              .formatted(bytes(path).length, MAX_PATH, path));
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static MemorySegment address(Arena arena, Path path) throws IOException {
    requireFits(path);
    byte[] name = bytes(path);
    MemorySegment address = arena.allocate(2 + name.length + 1, 2);
    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
    return address;
  }
}
