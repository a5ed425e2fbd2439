package dev.carpool.spawn;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** How the frames of one line are written as bytes. spawn-helpers/CONTRACT.md has both ways. */
interface Frames {

  /** Hears the frames of a helper, in order. */
  @FunctionalInterface
  interface Listener {
    void onFrame(char type, int id, byte[] payload);
  }

  /** The bytes are no frame. */
  final class NoFrameException extends Exception {
    private static final long serialVersionUID = 1;

    NoFrameException(String bytes) {
      super('"' + bytes.replaceAll("[^\\x20-\\x7e]", "?") + '"');
    }

    NoFrameException(byte[] bytes) {
      this(new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }

  /** The ways there are. */
  enum Form {
    BINARY,
    /** Lines of JSON on a channel of Node's. */
    JSON;

    /** For one line. */
    Frames create() {
      return this == JSON ? new JsonFrames() : new BinaryFrames();
    }
  }

  /** Whether who speaks so keeps connections open for several requests. */
  default boolean keepConnections() {
    return false;
  }

  /**
   * A frame without payload, to be sent as a whole.
   *
   * @return good until the next call in this thread
   */
  MemorySegment outgoing(char type, int id);

  /** The frame is about to be sent. In the order of the frames. */
  default void sending(char type, int id) {}

  /** It has not gone after all. */
  default void notSent(char type, int id) {}

  /**
   * Calls the listener for each whole frame.
   *
   * @return how many bytes were frames; the others are the beginning of one
   */
  long incoming(MemorySegment bytes, Listener listener) throws NoFrameException;
}
