package dev.carpool.relay;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.carpool.descriptor.Descriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that wait to be written. */
final class Pending {

  private byte[] bytes = new byte[1024];
  private int from;
  private int to;

  int size() {
    return to - from;
  }

  void put(byte[] more) {
    put(ByteBuffer.wrap(more));
  }

  /** Text of a protocol, whose characters are bytes. */
  void put(String more) {
    put(more.getBytes(ISO_8859_1));
  }

  /** Takes all that remains in a buffer. */
  void put(ByteBuffer more) {
    int length = more.remaining();
    if (bytes.length - to < length) {
      int size = size();
      byte[] wide =
          bytes.length - size < length
              ? new byte[Math.max(2 * bytes.length, size + length)]
              : bytes;
      System.arraycopy(bytes, from, wide, 0, size);
      bytes = wide;
      from = 0;
      to = size;
    }
    more.get(bytes, to, length);
    to += length;
  }

  void clear() {
    from = 0;
    to = 0;
  }

  /**
   * Writes what a socket takes without waiting.
   *
   * @param buffer the loop's own, for the length of this call
   */
  void writeTo(Descriptor socket, MemorySegment buffer) throws IOException {
    while (size() > 0) {
      int length = (int) Math.min(size(), buffer.byteSize());
      MemorySegment.copy(bytes, from, buffer, JAVA_BYTE, 0, length);
      int n = socket.send(buffer.asSlice(0, length), null);
      if (n == Descriptor.WOULD_BLOCK) {
        return;
      }
      from += n;
    }
    clear();
  }

  byte[] toBytes() {
    return Arrays.copyOfRange(bytes, from, to);
  }
}
