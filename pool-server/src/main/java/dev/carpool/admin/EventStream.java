package dev.carpool.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * One listener to the events. What it has no room for is left out; one that takes nothing for too
 * long is cut off.
 *
 * <p>Safe in any thread; nothing here waits.
 */
final class EventStream {

  /** What a listener that does not read may miss before it is cut off. */
  private final int patience;

  private final EndPoint connection;
  private final Response response;
  private final Callback end;
  private final Events events;
  private boolean writing; // guarded by this
  private boolean ended; // guarded by this
  private int missed; // guarded by this; in a row

  EventStream(Request request, Response response, Callback end, Events events, int patience) {
    this.connection = request.getConnectionMetaData().getConnection().getEndPoint();
    this.response = response;
    this.end = end;
    this.events = events;
    this.patience = patience;
  }

  /** Writes some events, unless those before are still being written. */
  void send(byte[] text) {
    synchronized (this) {
      if (ended) {
        return;
      }
      if (!writing) {
        writing = true;
        missed = 0;
      } else if (++missed >= patience) {
        ended = true;
      } else {
        return;
      }
      if (ended) {
        cut(); // the write that is under way fails by it
        return;
      }
    }
    response.write(false, ByteBuffer.wrap(text), Callback.from(this::written, this::failed));
  }

  private synchronized void written() {
    writing = false;
  }

  private void failed(Throwable why) {
    synchronized (this) {
      ended = true;
    }
    events.remove(this);
    end.failed(why);
  }

  /** Ends the response, or cuts the connection if there is no room for an end. */
  void close() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      if (writing) {
        cut();
        return;
      }
    }
    response.write(true, ByteBuffer.allocate(0), end);
  }

  private void cut() {
    connection.close(new IOException("does not read"));
  }
}
