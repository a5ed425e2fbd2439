package dev.carpool.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads a request's body as it arrives, without a thread that waits for it.
 *
 * <p>Runs in whichever thread of the HTTP server finds bytes, one at a time.
 */
final class BodyReader implements Runnable {

  /** What to do when the body is there, or will never be. Exactly one of these is called, once. */
  interface Then {
    void bodyArrived();

    /** The client broke off, was silent for too long, or sent nonsense. */
    void bodyBroke(Throwable cause);

    /** There is no room for it. */
    void bodyRefused(IOException cause);
  }

  /** Where the bytes go. */
  interface Store {
    void append(ByteBuffer bytes) throws IOException;
  }

  private final Request request;
  private final Store store;
  private final Then then;

  BodyReader(Request request, Store store, Then then) {
    this.request = request;
    this.store = store;
    this.then = then;
  }

  @Override
  public void run() {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        then.bodyBroke(chunk.getFailure());
        return;
      }
      boolean last = chunk.isLast();
      try {
        store.append(chunk.getByteBuffer());
      } catch (IOException e) {
        then.bodyRefused(e);
        return;
      } finally {
        chunk.release();
      }
      if (last) {
        then.bodyArrived();
        return;
      }
    }
  }
}
