package dev.carpool.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the messages out of a stream that arrives in pieces of any size.
 *
 * <p>Room is made for what has arrived, never for what a length announces, and a length is checked
 * as soon as it is there: {@link #next} must be called until it returns null before more is added.
 * For one thread.
 */
public final class FrameDecoder<T> {

  private static final int FIRST_ROOM = 256;
  private static final int LONGEST_LENGTH = 5; // bytes of a 32 bit varint

  private final Parser<T> parser;
  private byte[] bytes = new byte[FIRST_ROOM];
  private int start;
  private int end;

  public FrameDecoder(Parser<T> parser) {
    this.parser = parser;
  }

  /** Adds the remaining bytes of the buffer to the stream. */
  public void add(ByteBuffer arrived) {
    int length = arrived.remaining();
    if (end + length > bytes.length) {
      makeRoom(length);
    }
    arrived.get(bytes, end, length);
    end += length;
  }

  private void makeRoom(int length) {
    int kept = end - start;
    byte[] to = bytes;
    if (kept + length > bytes.length) {
      to = new byte[Math.max(kept + length, 2 * bytes.length)];
    }
    System.arraycopy(bytes, start, to, 0, kept);
    bytes = to;
    start = 0;
    end = kept;
  }

  /** Whether the stream stands inside a frame: some of it has arrived, and some has not. */
  public boolean insideFrame() {
    return start < end;
  }

  /** How many bytes have arrived that are not a whole frame yet. */
  public int pending() {
    return end - start;
  }

  /**
   * The next message, or null until more bytes are added.
   *
   * @throws MalformedFrameException if the bytes are not a frame; the decoder is of no use then
   */
  public @Nullable T next() throws MalformedFrameException {
    long length = 0;
    int at = start;
    while (true) {
      if (at == end) {
        return null;
      }
      byte part = bytes[at];
      length |= (part & 0x7fL) << (7 * (at - start));
      at++;
      if (part >= 0) {
        break;
      }
      if (at - start == LONGEST_LENGTH) {
        throw new MalformedFrameException(
            "the length of a frame is not a varint of at most 5 bytes (a negative length, or not"
                + " this protocol): "
                + hex());
      }
    }
    if (length > Frame.MAX_MESSAGE) {
      throw new MalformedFrameException(tooLong(length));
    }
    if (end - at < length) {
      return null;
    }
    return parse(at, (int) length);
  }

  private static String tooLong(long length) {
    boolean negative = length > Integer.MAX_VALUE && length <= 0xffffffffL;
    String signed = negative ? ", or %d as a signed number,".formatted((int) length) : "";
    return "a frame of %d bytes%s is too long: at most %d (1 MiB)"
        .formatted(length, signed, Frame.MAX_MESSAGE);
  }

  private T parse(int at, int length) throws MalformedFrameException {
    try {
      T message = parser.parseFrom(bytes, at, length);
      start = at + length;
      if (start == end) {
        reset();
      }
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedFrameException(
          "a frame of %d bytes holds no valid message: %s".formatted(length, e.getMessage()), e);
    }
  }

  private void reset() {
    start = 0;
    end = 0;
    if (bytes.length > 64 * 1024) {
      bytes = new byte[FIRST_ROOM]; // one long message must not cost its memory for ever
    }
  }

  private String hex() {
    StringBuilder text = new StringBuilder();
    for (byte b : Arrays.copyOfRange(bytes, start, Math.min(end, start + 8))) {
      text.append("%02x ".formatted(b));
    }
    return text.toString().trim();
  }
}
