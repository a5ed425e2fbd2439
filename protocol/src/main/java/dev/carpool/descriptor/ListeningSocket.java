package dev.carpool.descriptor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket on which others connect: a Unix socket, TCP, or one inherited from systemd
 * ({@link InheritedSockets}).
 *
 * <p>Never waits, and is not inherited by processes that this one starts. Safe in any thread; end
 * an {@link EventLoop.Watch} of it before closing.
 */
public final class ListeningSocket implements AutoCloseable {

  /** How many connections may wait to be accepted; the kernel cuts it to net.core.somaxconn. */
  static final int BACKLOG = 4096;

  private static final int SOCK_CLOEXEC = 0x80000;

  private final Descriptor descriptor;
  private final String where;
  private final int port;
  private final @Nullable SocketFile file;

  /** Takes over a descriptor that listens already. */
  ListeningSocket(Descriptor descriptor, String where, int port, @Nullable SocketFile file)
      throws IOException {
    this.descriptor = descriptor.nonBlocking();
    this.where = where;
    this.port = port;
    this.file = file;
  }

  /**
   * Listens under a path, in place of a stale socket if there is one.
   *
   * @throws IOException with a message for whoever configured it: somebody listens there, something
   *     else is there, there is no such folder, or this user may not do that
   */
  public static ListeningSocket unix(Path path, SocketPermissions permissions) throws IOException {
    return unix(path, permissions, BACKLOG);
  }

  static ListeningSocket unix(Path path, SocketPermissions permissions, int backlog)
      throws IOException {
    Path absolute = path.toAbsolutePath();
    Descriptor socket = UnixSocket.open(0);
    try {
      SocketFile file = SocketFile.listen(socket, absolute, permissions, backlog);
      return new ListeningSocket(socket, "unix:" + absolute, 0, file);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Listens on a TCP port.
   *
   * @param host a name or an address without brackets; {@code "*"} for all addresses of IPv4 and
   *     IPv6
   * @param port 0 lets the kernel choose
   * @throws IOException with a message for whoever configured it: the address is taken, is not this
   *     machine's, or not for this user
   */
  public static ListeningSocket tcp(String host, int port) throws IOException {
    Descriptor socket = TcpSocket.listen(host, port, BACKLOG);
    try {
      int bound = TcpSocket.port(socket);
      return new ListeningSocket(socket, TcpSocket.shown(host, bound), bound, null);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** To be watched; stays this object's. */
  public Descriptor descriptor() {
    return descriptor;
  }

  /** The inode of the socket, by which the kernel's lists name it. */
  public long inode() throws IOException {
    Path link = Path.of("/proc/self/fd/" + descriptor.number());
    return ((Number) Files.getAttribute(link, "unix:ino")).longValue();
  }

  /** The TCP port; 0 for Unix sockets. */
  public int port() {
    return port;
  }

  /**
   * Takes the next connection without waiting.
   *
   * @return blocking, not inherited by processes that this one starts, and the caller's; null if
   *     there is none
   * @throws ErrnoException EMFILE, ENFILE, ENOBUFS or ENOMEM if there is one, but no room for it:
   *     it stays where it is, and the socket stays readable
   */
  public synchronized @Nullable Descriptor accept() throws IOException {
    Scratch scratch = Scratch.get();
    descriptor.enter();
    try {
      while (true) {
        int number = Syscall.ACCEPT4.call(scratch, descriptor.number(), 0, 0, SOCK_CLOEXEC);
        if (number >= 0) {
          return Descriptor.adopt(number);
        }
        // A connection that broke before it was taken is nothing; there may be a next one.
        int errno = scratch.errno();
        if (!Errno.ECONNABORTED.is(errno) && !Errno.EPROTO.is(errno)) {
          int _ = scratch.failed("accept on " + where);
          return null;
        }
      }
    } finally {
      descriptor.leave();
    }
  }

  /** Gives the file of a Unix socket another owner, group and mode. No effect on others. */
  public void permit(SocketPermissions permissions) throws IOException {
    if (file != null) {
      file.permit(permissions);
    }
  }

  /** Removes the file of a Unix socket, so that nobody new finds it. It listens on. */
  public void hide() throws IOException {
    if (file != null) {
      file.remove();
    }
  }

  /**
   * Stops listening; whoever waits to be accepted is cut off, unless the socket is another
   * process's as well. Removes the file of a Unix socket if that is still this socket's.
   */
  @Override
  public synchronized void close() throws IOException {
    try (descriptor) {
      if (file != null && descriptor.isOpen()) {
        file.remove(); // first: as long as the socket is open, no other file has its inode
      }
    }
  }

  /** Where it listens: {@code unix:/run/x.sock}, {@code 127.0.0.1:9000}, {@code fd:NAME}. */
  @Override
  public String toString() {
    return where;
  }
}
