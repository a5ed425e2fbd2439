package dev.carpool.relay;

import java.nio.ByteBuffer;

/** Takes a stream of FastCGI apart into its records, in pieces as they come. */
final class FastCgiRecords {

  /** Hears of records. */
  interface Listener {
    /** A record begins. */
    void record(int type, int request, int length) throws RefusedException;

    /** A piece of the content of the record that began last. */
    void content(ByteBuffer piece) throws RefusedException;

    /** The record that began last ends. */
    void recordEnd() throws RefusedException;
  }

  private final Listener listener;
  private final ByteBuffer header = ByteBuffer.allocate(FastCgi.HEADER);
  private int content;
  private int padding;
  private boolean inside;

  FastCgiRecords(Listener listener) {
    this.listener = listener;
  }

  void take(ByteBuffer bytes) throws RefusedException {
    while (true) {
      if (!inside) {
        while (header.hasRemaining() && bytes.hasRemaining()) {
          header.put(bytes.get());
        }
        if (header.hasRemaining()) {
          return;
        }
        begin();
      }
      if (content > 0 && bytes.hasRemaining()) {
        ByteBuffer piece = bytes.slice();
        piece.limit(Math.min(content, piece.limit()));
        bytes.position(bytes.position() + piece.limit());
        content -= piece.limit();
        listener.content(piece);
      }
      if (content == 0 && inside) {
        int skipped = Math.min(padding, bytes.remaining());
        bytes.position(bytes.position() + skipped);
        padding -= skipped;
      }
      if (content > 0 || padding > 0) {
        return;
      }
      inside = false;
      header.clear();
      listener.recordEnd();
    }
  }

  private void begin() throws RefusedException {
    if (header.get(0) != FastCgi.VERSION) {
      throw RefusedException.badRequest("it is not FastCGI");
    }
    content = Short.toUnsignedInt(header.getShort(4));
    padding = Byte.toUnsignedInt(header.get(6));
    inside = true;
    listener.record(header.get(1), Short.toUnsignedInt(header.getShort(2)), content);
  }
}
