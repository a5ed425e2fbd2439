package dev.carpool.gateway;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.Readiness;
import dev.carpool.live.LiveSession;
import dev.carpool.live.LiveSession.Ending;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Moves one request to a process and its response back, in a thread of its own.
 *
 * <p>It reads while it writes: a process may answer before it has read the whole body. It ends when
 * the process has written everything, and leaves the buffer to the client.
 */
final class Relay {

  /** Who gets the response. */
  interface Receiver {
    /**
     * The head has come. Called at most once.
     *
     * @return the stream for the body
     * @throws IOException when nobody wants it any more
     */
    ResponseStream begin(CgiResponse head) throws IOException;

    /**
     * The process closed the connection without a whole head, of which something had come or not.
     */
    void nothingCame(boolean untouched);
  }

  private static final int CHUNK = 16 * 1024;

  /** How long the end of a whole response waits for the process to be free again. */
  private static final Duration POLITENESS = Duration.ofMillis(20);

  /** How long to wait for word of how a response without a length ended. */
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  private final LiveSession session;
  private final ByteBufferPool pool;
  private final boolean isHead;
  private final Receiver receiver;
  private final CgiResponseParser parser = new CgiResponseParser();

  private boolean unread; // the process ended with a part of the request unread
  private @Nullable ResponseStream stream;
  private long left; // bytes of the body that were announced and have not come; -1 if none were

  /**
   * A relay for one session, which it does not close unless the process has ended it.
   *
   * @param isHead whether the request is HEAD, to which no body is answered
   */
  Relay(LiveSession session, ByteBufferPool pool, boolean isHead, Receiver receiver) {
    this.session = session;
    this.pool = pool;
    this.isHead = isHead;
    this.receiver = receiver;
  }

  /**
   * Runs until the response has ended.
   *
   * @return false if the process ended before its application can have seen the request: the
   *     receiver was told nothing, and another process may be asked
   * @throws CgiResponseParser.BadResponse when the process answers something else
   * @throws IOException when the session was closed, or the client is gone
   */
  boolean run(RequestSender request) throws IOException, InterruptedException {
    Descriptor socket = session.descriptor().nonBlocking();
    boolean sent = request.send(socket);
    while (true) {
      int n = read(socket);
      if (n == Descriptor.END) {
        break;
      }
      if (!sent) {
        sent = request.send(socket);
      }
      if (n == Descriptor.WOULD_BLOCK) {
        awaitMore(socket, sent);
      }
    }
    if (parser.isUntouched() && request.isUnseen(unread)) {
      session.close();
      return false;
    }
    end();
    return true;
  }

  private void awaitMore(Descriptor socket, boolean sent) throws IOException {
    ResponseStream body = stream;
    boolean whole = body != null && left == 0;
    if (body != null && !whole) {
      body.flush();
    }
    int interest = Readiness.READABLE | (sent ? 0 : Readiness.WRITABLE);
    if (socket.await(interest, whole ? POLITENESS : null) == 0 && body != null) {
      body.finish(null); // the process is not done, but the client need not wait for that
      int ignored = socket.await(interest, null);
    }
  }

  private int read(Descriptor socket) throws IOException {
    RetainableByteBuffer chunk = pool.acquire(CHUNK, true);
    boolean handedOver = false;
    try {
      ByteBuffer bytes = chunk.getByteBuffer();
      bytes.clear();
      int n = readInto(socket, bytes);
      bytes.limit(Math.max(n, 0));
      if (n > 0 && hasBody(bytes)) {
        handedOver = true;
        body().add(chunk);
      }
      return n;
    } finally {
      if (!handedOver) {
        chunk.release();
      }
    }
  }

  private int readInto(Descriptor socket, ByteBuffer bytes) throws IOException {
    try {
      return socket.read(MemorySegment.ofBuffer(bytes));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ECONNRESET) {
        unread = true;
        return Descriptor.END;
      }
      throw e;
    }
  }

  /** Takes the head off these bytes, and what is more than was announced. */
  private boolean hasBody(ByteBuffer bytes) throws IOException {
    if (stream == null) {
      CgiResponse head = parser.feed(bytes);
      if (head == null) {
        return false;
      }
      left = isHead || !head.mayHaveBody() ? 0 : head.contentLength();
      stream = receiver.begin(head);
    }
    if (left >= 0) {
      bytes.limit(bytes.position() + (int) Math.min(left, bytes.remaining()));
      left -= bytes.remaining();
    }
    return bytes.hasRemaining();
  }

  private ResponseStream body() {
    ResponseStream begun = stream;
    if (begun == null) {
      throw new IllegalStateException("a body before its head");
    }
    return begun;
  }

  private void end() throws InterruptedException {
    ResponseStream body = stream;
    if (body == null) {
      session.close();
      receiver.nothingCame(parser.isUntouched());
      return;
    }
    Ending ending = ending(POLITENESS);
    if (ending == null && left < 0) {
      body.flush();
      ending = ending(LAST_WORD);
    }
    session.close();
    boolean whole = left == 0 || (left < 0 && ending == Ending.COMPLETE);
    body.finish(whole ? null : new CutShort(session.pid(), left, ending));
  }

  private @Nullable Ending ending(Duration wait) throws InterruptedException {
    try {
      return session.ending().get(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      return Ending.LOST;
    }
  }

  /** The response of a process is not whole. */
  static final class CutShort extends IOException {
    CutShort(long pid, long left, @Nullable Ending ending) {
      super(
          "process "
              + pid
              + (left > 0
                  ? " closed the connection " + left + " bytes before the announced end"
                  : ending == Ending.CUT_SHORT
                      ? " could not finish its response"
                      : ending == Ending.LOST
                          ? " was lost in the middle of its response"
                          : " closed the connection without a word about its response"));
    }
  }
}
