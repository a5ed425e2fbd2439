package dev.carpool.spawn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Frames with a header of eight bytes. */
final class BinaryFrames implements Frames {

  private static final int HEADER = 8;
  private static final int MAX_PAYLOAD = 65536;
  private static final ValueLayout.OfInt BIG_ENDIAN =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ThreadLocal<MemorySegment> OUTGOING =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(HEADER));
  private static final byte[] NOTHING = {};

  @Override
  public MemorySegment outgoing(char type, int id) {
    MemorySegment frame = OUTGOING.get();
    frame.set(BIG_ENDIAN, 0, type << 24);
    frame.set(BIG_ENDIAN, 4, id);
    return frame;
  }

  @Override
  public long incoming(MemorySegment bytes, Listener listener) throws NoFrameException {
    long at = 0;
    while (bytes.byteSize() - at >= HEADER) {
      int first = bytes.get(BIG_ENDIAN, at);
      char type = (char) (first >>> 24);
      int length = first & 0xffffff;
      if (length > MAX_PAYLOAD || !known(type)) {
        throw new NoFrameException(bytes.asSlice(at, HEADER).toArray(JAVA_BYTE));
      }
      if (bytes.byteSize() - at - HEADER < length) {
        break;
      }
      byte[] payload =
          length == 0 ? NOTHING : bytes.asSlice(at + HEADER, length).toArray(JAVA_BYTE);
      listener.onFrame(type, bytes.get(BIG_ENDIAN, at + 4), payload);
      at += HEADER + length;
    }
    return at;
  }

  private static boolean known(char type) {
    return switch (type) {
      case Line.STEP,
          Line.READY,
          Line.FAILED,
          Line.DONE,
          Line.FORK,
          Line.LOADED,
          Line.EXITED,
          Line.ANSWERING ->
          true;
      default -> false;
    };
  }
}
