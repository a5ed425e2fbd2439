package dev.carpool.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Reads on, and throws away, after a request was refused before its body had arrived.
 *
 * <p>A connection that is closed while its peer still sends is reset, and the peer never sees why.
 */
final class Lingering implements BodyReader.Store, BodyReader.Then {

  private static final long PATIENCE = 16 * 1024 * 1024;

  private final Runnable then;
  private long left = PATIENCE;

  private Lingering(Runnable then) {
    this.then = then;
  }

  /**
   * Reads what is left of a request's body, up to 16 MiB.
   *
   * @param then run once, when there is no more of it or enough was read
   */
  static void over(Request request, Runnable then) {
    if (request.getHeaders().contains(HttpHeader.EXPECT)) {
      then.run(); // the client waits for a word before it sends, and has got it
    } else {
      Lingering lingering = new Lingering(then);
      new BodyReader(request, lingering, lingering).run();
    }
  }

  @Override
  public void append(ByteBuffer bytes) throws IOException {
    left -= bytes.remaining();
    bytes.position(bytes.limit());
    if (left < 0) {
      throw new IOException("enough was thrown away");
    }
  }

  @Override
  public void bodyArrived() {
    then.run();
  }

  @Override
  public void bodyBroke(Throwable cause) {
    then.run();
  }

  @Override
  public void bodyRefused(IOException cause) {
    then.run();
  }
}
