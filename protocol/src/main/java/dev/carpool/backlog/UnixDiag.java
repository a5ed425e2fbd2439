package dev.carpool.backlog;

import dev.carpool.api.Printable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The kernel's list of Unix sockets (linux/unix_diag.h). */
final class UnixDiag {

  private static final int AF_UNIX = 1;
  private static final int STATES_LISTEN = 1 << 10;
  private static final int SHOW_NAME = 1;
  private static final int SHOW_FILE = 2;
  private static final int SHOW_QUEUE = 0x10;

  private static final int NAME = 0;
  private static final int FILE = 1;
  private static final int QUEUE = 4;

  /** Of what comes before the attributes. */
  private static final int FIXED = 16;

  private UnixDiag() {}

  /** Asks for all that listen. */
  static byte[] request() {
    return ByteBuffer.allocate(24)
        .order(ByteOrder.nativeOrder())
        .put(0, (byte) AF_UNIX)
        .putInt(4, STATES_LISTEN)
        .putInt(12, SHOW_NAME | SHOW_FILE | SHOW_QUEUE)
        .array();
  }

  /** The socket of an entry; null if it does not say what is wanted. */
  static @Nullable AcceptQueue read(ByteBuffer entry) {
    if (entry.limit() < FIXED) {
      return null;
    }
    ByteBuffer name = Attributes.find(entry, FIXED, NAME);
    ByteBuffer queue = Attributes.find(entry, FIXED, QUEUE);
    if (name == null || queue == null || queue.limit() < 8) {
      return null;
    }
    ByteBuffer file = Attributes.find(entry, FIXED, FILE);
    return new AcceptQueue(
        new ListenerAddress.Unix(
            text(name),
            file == null || file.limit() < 8 ? 0 : SocketFileId.of(file.getInt(4), file.getInt(0))),
        Integer.toUnsignedLong(entry.getInt(4)),
        queue.getInt(0),
        queue.getInt(4),
        AcceptQueue.UNKNOWN,
        AcceptQueue.UNKNOWN);
  }

  /** A path may end with a NUL; an abstract name begins with one, and may have others. */
  private static String text(ByteBuffer name) {
    byte[] bytes = new byte[name.remaining()];
    name.get(bytes);
    int length = bytes.length;
    if (length > 0 && bytes[0] != 0) {
      while (bytes[length - 1] == 0) {
        length--;
      }
    }
    return Printable.text(new String(bytes, 0, length, StandardCharsets.UTF_8).replace('\0', '@'));
  }
}
