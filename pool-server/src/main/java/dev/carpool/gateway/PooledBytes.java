package dev.carpool.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/**
 * Bytes in pieces from the HTTP server's pool of buffers: bodies that come and go leave no garbage.
 *
 * <p>Not for two threads at once. After {@link #release} the pieces are somebody else's.
 */
final class PooledBytes {

  static final int PIECE = 16 * 1024;

  /** A buffer of the pool, and our view of it, whose position is where it is filled to. */
  private record Piece(RetainableByteBuffer owner, ByteBuffer bytes) {}

  /** Takes bytes that are leaving. */
  @FunctionalInterface
  interface Sink {
    void take(ByteBuffer bytes) throws IOException;
  }

  private final ByteBufferPool pool;
  private final List<Piece> pieces = new ArrayList<>();

  PooledBytes(ByteBufferPool pool) {
    this.pool = pool;
  }

  void append(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      if (pieces.isEmpty() || !pieces.getLast().bytes().hasRemaining()) {
        RetainableByteBuffer owner = pool.acquire(PIECE, false);
        ByteBuffer view = owner.getByteBuffer().duplicate();
        pieces.add(new Piece(owner, view.clear().limit(PIECE)));
      }
      ByteBuffer space = pieces.getLast().bytes();
      int count = Math.min(space.remaining(), bytes.remaining());
      space.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
    }
  }

  /** Copies at most this many bytes from a position on. Returns how many, at least one. */
  int read(long position, int most, ByteBuffer into) {
    ByteBuffer piece = pieces.get((int) (position / PIECE)).bytes();
    int begin = (int) (position % PIECE);
    int count = Math.min(most, piece.position() - begin);
    into.put(piece.duplicate().clear().slice(begin, count));
    return count;
  }

  /** Gives all of it away, and is empty then. */
  void moveTo(Sink sink) throws IOException {
    try {
      for (Piece piece : pieces) {
        sink.take(piece.bytes().duplicate().flip());
      }
    } finally {
      release();
    }
  }

  void release() {
    pieces.forEach(piece -> piece.owner().release());
    pieces.clear();
  }
}
