package dev.carpool.gateway;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/** Writes a request to a process, as much at a time as its socket takes. */
final class RequestSender implements AutoCloseable {

  private static final int CHUNK = 32 * 1024;

  private final byte[] head;
  private final RequestBody body;
  private final RetainableByteBuffer chunk;
  private final ByteBuffer bytes;
  private boolean begun;
  private int headTaken;
  private long bodyTaken;

  RequestSender(byte[] head, RequestBody body, ByteBufferPool pool) {
    this.head = head;
    this.body = body;
    this.chunk = pool.acquire(CHUNK, true);
    this.bytes = chunk.getByteBuffer();
    bytes.clear().limit(0);
  }

  /**
   * Sends until the socket takes no more.
   *
   * @return whether there is nothing left to send: all is sent, or the process does not want the
   *     rest
   */
  boolean send(Descriptor socket) throws IOException {
    while (bytes.hasRemaining() || fill()) {
      int n;
      try {
        n = socket.send(MemorySegment.ofBuffer(bytes), null);
      } catch (ErrnoException e) {
        if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
          return true; // what it has answered can still be read
        }
        throw e;
      }
      if (n == Descriptor.WOULD_BLOCK) {
        return false;
      }
      bytes.position(bytes.position() + n);
      begun = true;
    }
    return true;
  }

  /**
   * Whether the application cannot have seen this request.
   *
   * @param unread whether the process ended with a part of what was sent unread
   */
  boolean isUnseen(boolean unread) {
    // Of a request without a body the unread part is head, and a helper reads all of that first.
    return !begun || (unread && body.length() == 0);
  }

  private boolean fill() throws IOException {
    bytes.clear();
    int ofHead = Math.min(head.length - headTaken, bytes.remaining());
    bytes.put(head, headTaken, ofHead);
    headTaken += ofHead;
    while (bytes.hasRemaining() && bodyTaken < body.length()) {
      bodyTaken += body.read(bodyTaken, bytes);
    }
    bytes.flip();
    return bytes.hasRemaining();
  }

  @Override
  public void close() {
    chunk.release();
  }
}
