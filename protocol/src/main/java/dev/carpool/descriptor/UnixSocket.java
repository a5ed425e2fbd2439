package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Unix stream sockets with a name, and who is at the other end. */
public final class UnixSocket {

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_DOMAIN = 39;
  private static final int SO_TYPE = 3;
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
   * Connects to a listening socket, waiting for room in its backlog if that is full.
   *
   * @throws ErrnoException ENOENT if there is no such socket, ECONNREFUSED if nobody listens on it
   */
  public static Descriptor connect(Path path) throws IOException {
    Descriptor socket = open();
    try {
      if (withAddress(Syscall.CONNECT, socket, path) < 0) {
        throw new ErrnoException("connect to " + path, Scratch.get().errno());
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
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
    MemorySegment credentials = option(socket.number(), SO_PEERCRED, 12);
    return new Peer(
        credentials.get(JAVA_INT, 0), credentials.get(JAVA_INT, 4), credentials.get(JAVA_INT, 8));
  }

  /**
   * Takes over an inherited descriptor, and keeps it from being inherited any further.
   *
   * @throws IOException if there is no such descriptor, or it is not a connected Unix stream
   *     socket; nothing was changed then
   */
  public static Descriptor adopt(int number) throws IOException {
    try {
      int domain = option(number, SO_DOMAIN, 4).get(JAVA_INT, 0);
      int type = option(number, SO_TYPE, 4).get(JAVA_INT, 0);
      if (domain != AF_UNIX || type != SOCK_STREAM) {
        throw new IOException(
            "descriptor " + number + " is a socket, but not a Unix stream socket");
      }
      if (option(number, SO_ACCEPTCONN, 4).get(JAVA_INT, 0) != 0) {
        throw new IOException("descriptor " + number + " is a listening socket");
      }
      if (option(number, SO_PEERCRED, 12).get(JAVA_INT, 4) == NOBODY) {
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

  private static MemorySegment option(int number, int name, int size) throws IOException {
    Scratch scratch = Scratch.get();
    MemorySegment value = Arena.ofAuto().allocate(size, 4);
    scratch.ints.set(JAVA_INT, 0, size);
    long length = Syscall.at(scratch.ints);
    int result =
        Syscall.GETSOCKOPT.call(scratch, number, SOL_SOCKET, name, Syscall.at(value), length);
    if (result < 0) {
      throw new ErrnoException("getsockopt", scratch.errno());
    }
    return value;
  }

  private static Descriptor open() throws IOException {
    Scratch scratch = Scratch.get();
    int number = Syscall.SOCKET.call(scratch, AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
    if (number < 0) {
      throw new ErrnoException("socket", scratch.errno());
    }
    return Descriptor.adopt(number);
  }

  private static int withAddress(Syscall call, Descriptor socket, Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      return call.call(Scratch.get(), socket.number(), Syscall.at(address), address.byteSize());
    }
  }

  private static MemorySegment address(Arena arena, Path path) throws IOException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length > MAX_PATH) {
      throw new IOException(
          "socket path of %d bytes is too long (at most %d): %s"
              .formatted(name.length, MAX_PATH, path));
    }
    MemorySegment address = arena.allocate(2 + name.length + 1, 2);
    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
    return address;
  }
}
