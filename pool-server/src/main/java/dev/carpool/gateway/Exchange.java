package dev.carpool.gateway;

import com.google.common.base.Throwables;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.Session;
import dev.carpool.live.LiveSession;
import dev.carpool.refusal.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of the application and its response: body, pool, process, client, in that order.
 *
 * <p>Whatever happens first, and in whatever thread, ends it once: the body's file is closed, the
 * request withdrawn from the pool or the session closed, and the HTTP server told.
 */
final class Exchange implements BodyReader.Then, Relay.Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /** What may wait in memory for a client that reads slowly, in bytes. */
  static final long RESPONSE_BUFFER = 1024 * 1024;

  private final GatewaySettings settings;
  private final Asking asking;
  private final Executor relays;
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final RequestBody body;

  // Guarded by this. What is set after the end is undone at once.
  private boolean over;
  private boolean refused;
  private @Nullable HangUpWatch watch;
  private @Nullable LiveSession session;
  private @Nullable ResponseStream stream;

  Exchange(
      GatewaySettings settings,
      ApplicationPool pool,
      Executor relays,
      Request request,
      Response response,
      Callback callback) {
    this.settings = settings;
    this.asking = new Asking(pool, settings.app(), settings.requestTimeout());
    this.relays = relays;
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.body =
        new RequestBody(
            settings.maxBody(),
            settings.memoryBody(),
            settings.bodyDirectory(),
            request.getComponents().getByteBufferPool());
  }

  void begin() {
    String path = request.getHttpURI().getPath();
    if (request.getMethod().equals("CONNECT")) {
      refuse(Refusal.notAProxy());
    } else if (path != null && path.contains("%00")) {
      refuse(Refusal.badPath());
    } else if (request.getLength() > settings.maxBody()) {
      refuseBody();
    } else {
      new BodyReader(request, body::append, this).run();
    }
  }

  @Override
  public void bodyBroke(Throwable cause) {
    if (cause instanceof TimeoutException) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      refuse(Refusal.tooSlow());
    } else {
      end(cause);
    }
  }

  @Override
  public void bodyRefused(IOException cause) {
    if (cause instanceof RequestBody.TooLarge) {
      refuseBody();
    } else {
      unexpected(cause);
    }
  }

  private void refuseBody() {
    response
        .getHeaders()
        .put(HttpHeader.CONNECTION, "close"); // there may be more than we linger for
    boolean ignored =
        refuse(
            Refusal.tooLarge(settings.maxBody()), () -> Lingering.over(request, () -> end(null)));
  }

  @Override
  public void bodyArrived() {
    // How long the application may take is not the connection's business.
    request.addIdleTimeoutListener(timeout -> false);
    HangUpWatch began = HangUpWatch.begin(request, () -> abort(new EofException("hung up")));
    synchronized (this) {
      if (over) {
        return;
      }
      watch = began;
    }
    asking.ask(this::answered);
  }

  /** Runs in the pool's thread, and leaves it at once. */
  private void answered(@Nullable Session granted, @Nullable Throwable failure) {
    try {
      if (granted != null) {
        relays.execute(() -> serve((LiveSession) granted));
      } else if (failure != null) {
        request.getComponents().getExecutor().execute(() -> refused(failure));
      }
    } catch (RejectedExecutionException e) {
      if (granted != null) {
        granted.close();
      }
      end(e);
    }
  }

  private void refused(Throwable failure) {
    Refusal refusal =
        failure instanceof PoolException reason ? Refusal.of(reason, settings.development()) : null;
    if (refusal == null) {
      unexpected(failure);
    } else {
      refuse(refusal);
    }
  }

  private void serve(LiveSession granted) {
    synchronized (this) {
      session = granted;
      if (over) {
        granted.close();
        return;
      }
    }
    try {
      if (!relay(granted)) {
        askAnother(granted);
      }
    } catch (CgiResponseParser.BadResponse e) {
      granted.close();
      LOG.warn("{}: process {} answered garbage: {}", name(), granted.pid(), e.getMessage());
      refuse(Refusal.garbage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      abort(e);
    } catch (IOException | RuntimeException e) {
      unexpected(e);
    }
  }

  /** Returns false if the process ended before its application can have seen the request. */
  private boolean relay(LiveSession granted) throws IOException, InterruptedException {
    byte[] head =
        ScgiRequest.head(ScgiRequest.Line.of(request), request.getHeaders(), body.length());
    var buffers = request.getComponents().getByteBufferPool();
    boolean isHead = request.getMethod().equals("HEAD");
    boolean taken = true;
    try (RequestSender sender = new RequestSender(head, body, buffers)) {
      taken = new Relay(granted, buffers, isHead, this).run(sender);
    } finally {
      if (taken) {
        body.close();
      }
    }
    return taken;
  }

  private void askAnother(Session ended) {
    if (!asking.mayAskAgain()) {
      nothingCame(true);
      return;
    }
    synchronized (this) {
      if (over || refused) {
        return;
      }
      session = null;
    }
    LOG.info(
        "{}: process {} ended before it had read the request, which goes to another one",
        name(),
        ended.pid());
    asking.ask(this::answered);
  }

  @Override
  public ResponseStream begin(CgiResponse head) throws IOException {
    ResponseStream begun = new ResponseStream(this::write, RESPONSE_BUFFER, this::streamed);
    synchronized (this) {
      if (over || refused) {
        throw new EofException("the exchange is over");
      }
      stream = begun;
    }
    head.copyTo(request, response);
    return begun;
  }

  private void write(boolean last, ByteBuffer bytes, Callback whenWritten) {
    HttpFields.Mutable headers = response.getHeaders();
    if (!last
        && !response.isCommitted()
        && !headers.contains(HttpHeader.CONTENT_LENGTH)
        && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
      // Also when the connection is to be closed: else a client took a broken end for a good one.
      headers.put(HttpHeader.TRANSFER_ENCODING, "chunked");
    }
    response.write(last, bytes, whenWritten);
  }

  @Override
  public void nothingCame(boolean untouched) {
    LiveSession ended;
    synchronized (this) {
      ended = session;
      if (over || refused || ended == null) {
        return; // it was us who closed the session
      }
    }
    LOG.warn(
        "{}: process {} ended its connection {}",
        name(),
        ended.pid(),
        untouched ? "before it had answered" : "within the headers of its response");
    refuse(Refusal.noAnswer(ended.isOverdue()));
  }

  private void streamed(@Nullable Throwable fault) {
    if (fault instanceof Relay.CutShort) {
      LOG.warn("{}: {}; the client's connection was broken off", name(), fault.getMessage());
    }
    end(fault);
  }

  private void unexpected(Throwable cause) {
    ResponseStream begun;
    synchronized (this) {
      if (over || refused) {
        return; // a consequence of the end
      }
      begun = stream;
    }
    String id = Refusal.newId();
    LOG.error("Report {}: {} failed: {}", id, name(), Throwables.getRootCause(cause), cause);
    if (begun == null) {
      refuse(Refusal.unexpected(id));
    } else {
      abort(cause);
    }
  }

  private void refuse(Refusal refusal) {
    boolean ignored = refuse(refusal, () -> end(null));
  }

  /** Answers with a page, unless it is too late for any. Returns whether nothing more is to do. */
  private boolean refuse(Refusal refusal, Runnable then) {
    synchronized (this) {
      if (over || refused) {
        return true;
      }
      if (stream != null) {
        return false;
      }
      refused = true;
    }
    RefusalPage.write(request, response, refusal, Callback.from(then, this::end));
    return true;
  }

  /** Ends the exchange because the server ends: in words, if the response has not begun. */
  void breakOff() {
    if (!refuse(Refusal.shuttingDown(), () -> end(null))) {
      abort(new EofException("the server is going away"));
    }
  }

  /** Ends the exchange without finishing the response. */
  private void abort(Throwable cause) {
    ResponseStream begun;
    synchronized (this) {
      begun = stream;
    }
    end(cause);
    if (begun != null) {
      begun.abandon(cause);
    }
  }

  private void end(@Nullable Throwable cause) {
    HangUpWatch watching;
    Session held;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      watching = watch;
      held = session;
    }
    asking.withdraw(); // if one was granted, serve() closes the session
    if (held != null) {
      held.close();
    }
    body.close();
    if (watching != null) {
      watching.end();
    }
    if (cause == null) {
      callback.succeeded();
    } else {
      // Quietly: what there was to say has been said, and the client is gone or at fault.
      callback.failed(cause instanceof QuietException ? cause : new EofException(cause));
    }
  }

  private String name() {
    return request.getMethod() + " " + request.getHttpURI().getPath();
  }
}
