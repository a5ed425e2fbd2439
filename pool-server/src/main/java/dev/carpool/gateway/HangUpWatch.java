package dev.carpool.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices a client that goes away while its request is being served.
 *
 * <p>The HTTP server does not read from a connection between the end of a request and the end of
 * its response, and so would not see the connection's end. The watch reads one byte in its place.
 * If that is the first of a next request, it is put back, and the watch ends.
 *
 * <p>A client that has closed its sending direction alone counts as gone, as it does for nginx.
 */
final class HangUpWatch implements Callback {

  private final AbstractEndPoint endPoint;
  private final Connection.UpgradeTo connection;
  private final Runnable whenGone;
  private boolean over;

  private HangUpWatch(
      AbstractEndPoint endPoint, Connection.UpgradeTo connection, Runnable whenGone) {
    this.endPoint = endPoint;
    this.connection = connection;
    this.whenGone = whenGone;
  }

  /**
   * Begins to watch the client of a request whose body has been read to its end.
   *
   * @param whenGone run at most once, in a thread of the HTTP server
   * @return the watch, to be ended before the request is completed
   */
  static HangUpWatch begin(Request request, Runnable whenGone) {
    Connection connection = request.getConnectionMetaData().getConnection();
    if (connection instanceof Connection.UpgradeTo able
        && connection.getEndPoint() instanceof AbstractEndPoint endPoint) {
      HangUpWatch watch = new HangUpWatch(endPoint, able, whenGone);
      boolean ignored = endPoint.tryFillInterested(watch);
      return watch;
    }
    throw new IllegalStateException("not a connection of HTTP/1.1: " + connection);
  }

  /** Stops reading, so that the HTTP server may read the next request. */
  void end() {
    synchronized (this) {
      over = true;
    }
    // Withdraws the interest, if it is still there, by failing it; failed() then ignores that.
    boolean ignored = endPoint.getFillInterest().onFail(new EofException("the request is over"));
  }

  @Override
  public void succeeded() {
    synchronized (this) {
      if (over || !isGone()) {
        return;
      }
      over = true;
    }
    whenGone.run();
  }

  private boolean isGone() {
    ByteBuffer one = BufferUtil.allocate(1);
    try {
      int n = endPoint.fill(one);
      if (n > 0) {
        connection.onUpgradeTo(one);
      } else if (n == 0) {
        boolean ignored = endPoint.tryFillInterested(this);
      }
      return n < 0;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void failed(Throwable cause) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
    }
    whenGone.run();
  }
}
