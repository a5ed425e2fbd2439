package dev.carpool.backlog;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The kernel's list of TCP sockets (linux/inet_diag.h). */
final class InetDiag {

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SYN_RECEIVED = 3;
  static final int LISTEN = 10;

  private static final int IPPROTO_TCP = 6;

  /** Where the addresses begin in a request, and in an entry. */
  private static final int REQUEST_SOCKET = 8;

  private static final int ENTRY_SOCKET = 4;

  /** Of what comes before the attributes. */
  private static final int FIXED = 72;

  private static final int MEMORY = 7;

  /** SK_MEMINFO_DROPS, the ninth number of that attribute. */
  private static final int DROPS = 8 * Integer.BYTES;

  private InetDiag() {}

  /**
   * A socket that listens, or a connection that is being made.
   *
   * @param six whether it is a socket of IPv6, also for an IPv4 address
   */
  record Row(
      boolean six, InetAddress host, int port, int waiting, int limit, long inode, long drops) {

    AcceptQueue queue(int halfOpen) {
      return new AcceptQueue(
          new ListenerAddress.Tcp(host, port), inode, waiting, limit, halfOpen, drops);
    }
  }

  /** Asks for all of a family that are in a state. */
  static byte[] request(int family, int state) {
    ByteBuffer request = ByteBuffer.allocate(56).order(ByteOrder.nativeOrder());
    request.put(0, (byte) family);
    request.put(1, (byte) IPPROTO_TCP);
    request.put(2, (byte) (state == LISTEN ? 1 << (MEMORY - 1) : 0));
    request.putInt(4, 1 << state);
    request.putLong(REQUEST_SOCKET + 40, -1); // no cookie
    return request.array();
  }

  /** The socket of an entry; null if it does not say what is wanted. */
  static @Nullable Row read(ByteBuffer entry) {
    if (entry.limit() < FIXED) {
      return null;
    }
    boolean six = entry.get(0) == AF_INET6;
    byte[] host = new byte[six ? 16 : 4];
    entry.get(ENTRY_SOCKET + 4, host);
    ByteBuffer memory = Attributes.find(entry, FIXED, MEMORY);
    try {
      return new Row(
          six,
          InetAddress.getByAddress(host),
          // in network order
          Byte.toUnsignedInt(entry.get(ENTRY_SOCKET)) << 8
              | Byte.toUnsignedInt(entry.get(ENTRY_SOCKET + 1)),
          entry.getInt(56),
          entry.getInt(60),
          Integer.toUnsignedLong(entry.getInt(68)),
          memory == null || memory.limit() < DROPS + Integer.BYTES
              ? AcceptQueue.UNKNOWN
              : Integer.toUnsignedLong(memory.getInt(DROPS)));
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // the length is one of the two
    }
  }
}
