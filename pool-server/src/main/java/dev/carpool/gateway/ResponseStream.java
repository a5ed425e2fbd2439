package dev.carpool.gateway;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * The bounded buffer between a process and the client that reads its response.
 *
 * <p>One thread adds and is the only one to wait, when the buffer is full; the HTTP server's
 * threads write. The newest chunk is held back until more comes, or {@link #flush}, or the end: a
 * small response then goes out in one piece, with its length.
 */
final class ResponseStream {

  /** Where the bytes go: a response of the HTTP server. */
  interface Sink {
    /** Writes bytes, the last of the response or not, and says when that is done. */
    void write(boolean last, ByteBuffer bytes, Callback callback);
  }

  private final Sink sink;
  private final long limit;
  private final Consumer<@Nullable Throwable> whenOver;
  private final Writer writer = new Writer();

  // Guarded by this.
  private final ArrayDeque<RetainableByteBuffer> chunks = new ArrayDeque<>();
  private long held; // the capacity of all chunks, of the one being written too
  private boolean flushing;
  private boolean finished;
  private @Nullable Throwable fault; // of a response that finished without being whole
  private boolean over;

  /**
   * An empty stream.
   *
   * @param limit how much memory it may hold, in bytes
   * @param whenOver told once, in any thread: null when all is written, else why not
   */
  ResponseStream(Sink sink, long limit, Consumer<@Nullable Throwable> whenOver) {
    this.sink = sink;
    this.limit = limit;
    this.whenOver = whenOver;
  }

  /**
   * Adds bytes, waiting for room.
   *
   * @param chunk handed over, also when this throws
   * @throws IOException when nobody reads the response any more
   */
  void add(RetainableByteBuffer chunk) throws IOException {
    boolean full;
    synchronized (this) {
      if (joinedTheLast(chunk)) {
        return;
      }
      full = isFullFor(chunk);
      flushing |= full;
    }
    if (full) {
      writer.iterate();
    }
    synchronized (this) {
      while (!over && isFullFor(chunk)) {
        awaitRoom(chunk);
      }
      if (over || finished) {
        chunk.release();
        throw new IOException("nobody reads the response any more");
      }
      held += chunk.capacity();
      chunks.add(chunk);
    }
    writer.iterate();
  }

  private boolean isFullFor(RetainableByteBuffer chunk) {
    return held > 0 && held + chunk.capacity() > limit;
  }

  private void awaitRoom(RetainableByteBuffer chunk) throws IOException {
    try {
      wait();
    } catch (InterruptedException e) {
      chunk.release();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a client reads");
    }
  }

  /** Small pieces that wait share one chunk, so that the limit counts bytes and not pieces. */
  private boolean joinedTheLast(RetainableByteBuffer chunk) {
    RetainableByteBuffer last = chunks.peekLast();
    if (last == null || over || finished) {
      return false;
    }
    ByteBuffer to = last.getByteBuffer();
    if (to.capacity() - to.limit() < chunk.remaining()) {
      return false;
    }
    BufferUtil.append(to, chunk.getByteBuffer());
    chunk.release();
    return true;
  }

  /** Lets everything go out that is there, at least the head of the response. */
  void flush() {
    synchronized (this) {
      flushing = true;
    }
    writer.iterate();
  }

  /**
   * Says that nothing more comes.
   *
   * @param fault null for a whole response; else the client gets what is there, and sees from the
   *     connection's end that it is not all
   */
  void finish(@Nullable Throwable fault) {
    synchronized (this) {
      if (finished) {
        return;
      }
      finished = true;
      this.fault = fault;
    }
    writer.iterate();
  }

  /** Gives up: nobody reads any more. Whoever waits for room is told. */
  void abandon(Throwable cause) {
    synchronized (this) {
      over = true;
      notifyAll();
    }
    writer.abort(cause);
  }

  private final class Writer extends IteratingCallback {

    // Only in process() and the callbacks after it, which never overlap.
    private @Nullable RetainableByteBuffer writing;
    private boolean committed;
    private boolean ended;

    @Override
    protected Action process() throws Throwable {
      if (ended) {
        return Action.SUCCEEDED;
      }
      boolean last;
      Throwable broken;
      synchronized (ResponseStream.this) {
        boolean heldBack = chunks.size() == 1 && !flushing && !finished;
        writing = heldBack ? null : chunks.poll();
        last = finished && fault == null && chunks.isEmpty();
        broken = finished && chunks.isEmpty() ? fault : null;
        if (writing == null && !last && (committed || (!flushing && broken == null))) {
          if (broken != null) {
            throw broken;
          }
          flushing &= heldBack; // done when nothing is left
          return Action.IDLE;
        }
      }
      committed = true;
      ended = last;
      RetainableByteBuffer chunk = writing;
      sink.write(last, chunk == null ? BufferUtil.EMPTY_BUFFER : chunk.getByteBuffer(), this);
      return Action.SCHEDULED;
    }

    @Override
    protected void onSuccess() {
      releaseWritten();
    }

    @Override
    protected void onCompleteSuccess() {
      whenOver.accept(null);
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
      releaseWritten();
      synchronized (ResponseStream.this) {
        over = true;
        chunks.forEach(RetainableByteBuffer::release);
        chunks.clear();
        ResponseStream.this.notifyAll();
      }
      whenOver.accept(cause);
    }

    private void releaseWritten() {
      RetainableByteBuffer chunk = writing;
      writing = null;
      if (chunk == null) {
        return;
      }
      synchronized (ResponseStream.this) {
        held -= chunk.capacity();
        ResponseStream.this.notifyAll();
      }
      chunk.release();
    }
  }
}
