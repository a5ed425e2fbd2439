package dev.carpool.wire;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;

/** A message in a stream: the length of its bytes as a varint, then its bytes. */
public final class Frame {

  /** How long a message may be, in bytes without the length in front. */
  public static final int MAX_MESSAGE = 1 << 20;

  private Frame() {}

  /**
   * The bytes of one frame.
   *
   * @throws IllegalArgumentException if the message is longer than {@link #MAX_MESSAGE}
   */
  public static byte[] of(MessageLite message) {
    int length = message.getSerializedSize();
    if (length > MAX_MESSAGE) {
      throw new IllegalArgumentException(
          "a message of %d bytes is too long: at most %d".formatted(length, MAX_MESSAGE));
    }
    byte[] frame = new byte[CodedOutputStream.computeUInt32SizeNoTag(length) + length];
    CodedOutputStream out = CodedOutputStream.newInstance(frame);
    try {
      out.writeUInt32NoTag(length);
      message.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new AssertionError("an array of the right size is never too small", e);
    }
    return frame;
  }
}
