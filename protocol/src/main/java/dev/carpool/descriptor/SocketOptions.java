package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** The options of sockets that Carpool reads and sets, by the number of the descriptor. */
final class SocketOptions {

  /** SO_REUSEADDR: a port may be listened on although old connections of it linger. */
  static final int REUSE_ADDRESS = 2;

  /** SO_TYPE. */
  static final int TYPE = 3;

  /** SO_ERROR: what a connection has come to since it was asked last. */
  static final int ERROR = 4;

  static final int PRIORITY = 12;

  /** SO_ACCEPTCONN: 1 for a listening socket. */
  static final int ACCEPTS = 30;

  /** SO_DOMAIN: the family of its addresses. */
  static final int DOMAIN = 39;

  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SO_PEERGROUPS = 59;
  private static final int FEW_GROUPS = 64;
  private static final int MOST_GROUPS = 65_536; // NGROUPS_MAX
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_IPV6 = 41;
  private static final int TCP_NODELAY = 1;
  private static final int IPV6_V6ONLY = 26;

  private SocketOptions() {}

  static int get(int number, int option) throws ErrnoException {
    return get(number, SOL_SOCKET, option, 4).get(JAVA_INT, 0);
  }

  static UnixSocket.Peer peer(int number) throws ErrnoException {
    MemorySegment ids = get(number, SOL_SOCKET, SO_PEERCRED, 12);
    return new UnixSocket.Peer(ids.get(JAVA_INT, 0), ids.get(JAVA_INT, 4), ids.get(JAVA_INT, 8));
  }

  /** The supplementary groups that the peer had when it connected. */
  static List<Long> peerGroups(int number) throws ErrnoException {
    Scratch scratch = Scratch.get();
    for (int room = FEW_GROUPS; ; room = MOST_GROUPS) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment groups = arena.allocate(JAVA_INT, room);
        MemorySegment size = arena.allocateFrom(JAVA_INT, 4 * room);
        int result =
            Syscall.GETSOCKOPT.call(
                scratch, number, SOL_SOCKET, SO_PEERGROUPS, Syscall.at(groups), Syscall.at(size));
        if (result >= 0) {
          return Arrays.stream(groups.asSlice(0, size.get(JAVA_INT, 0)).toArray(JAVA_INT))
              .mapToObj(Integer::toUnsignedLong)
              .toList();
        }
        if (!Errno.ERANGE.is(scratch.errno()) || room == MOST_GROUPS) {
          throw new ErrnoException("getsockopt", scratch.errno());
        }
      }
    }
  }

  static boolean noDelay(int number) throws ErrnoException {
    return get(number, IPPROTO_TCP, TCP_NODELAY, 4).get(JAVA_INT, 0) != 0;
  }

  /**
   * An option of up to 12 bytes.
   *
   * @return this thread's own memory, good until its next system call
   */
  private static MemorySegment get(int number, int level, int option, int size)
      throws ErrnoException {
    Scratch scratch = Scratch.get();
    scratch.ints.set(JAVA_INT, 12, size);
    long value = Syscall.at(scratch.ints);
    if (Syscall.GETSOCKOPT.call(scratch, number, level, option, value, value + 12) < 0) {
      throw new ErrnoException("getsockopt", scratch.errno());
    }
    return scratch.ints;
  }

  static void set(int number, int option, int value) throws ErrnoException {
    set(number, SOL_SOCKET, option, value);
  }

  /** Lets small writes leave at once; connections inherit it from their listening socket. */
  static void setNoDelay(int number) throws ErrnoException {
    set(number, IPPROTO_TCP, TCP_NODELAY, 1);
  }

  /** Lets a socket for all IPv6 addresses take IPv4 as well, whatever the system's default. */
  static void setBothFamilies(int number) throws ErrnoException {
    set(number, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  }

  private static void set(int number, int level, int option, int value) throws ErrnoException {
    Scratch scratch = Scratch.get();
    scratch.ints.set(JAVA_INT, 0, value);
    long at = Syscall.at(scratch.ints);
    if (Syscall.SETSOCKOPT.call(scratch, number, level, option, at, 4) < 0) {
      throw new ErrnoException("setsockopt", scratch.errno());
    }
  }
}
