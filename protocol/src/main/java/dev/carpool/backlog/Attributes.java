package dev.carpool.backlog;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The attributes behind an entry of netlink's: length, type, value, again and again. */
final class Attributes {

  private static final int HEADER = 4;

  private Attributes() {}

  /**
   * The value of an attribute, in the byte order of the entry.
   *
   * @param from where the attributes begin
   * @return null if there is none of this type, or only half of it
   */
  static @Nullable ByteBuffer find(ByteBuffer entry, int from, int type) {
    int at = from;
    while (entry.limit() - at >= HEADER) {
      int length = Short.toUnsignedInt(entry.getShort(at));
      if (length < HEADER || length > entry.limit() - at) {
        return null;
      }
      if (entry.getShort(at + 2) == type) {
        return entry.slice(at + HEADER, length - HEADER).order(entry.order());
      }
      at += (length + 3) & ~3;
    }
    return null;
  }
}
