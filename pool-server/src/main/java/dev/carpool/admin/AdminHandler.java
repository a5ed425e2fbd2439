package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at each request: who may have made it, what it asks for, and whether it may. */
final class AdminHandler extends Handler.Abstract {

  private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);

  private static final String EVENTS = "/events";

  private final Admittance admittance;
  private final Views views;
  private final Changes changes;
  private final Events events;

  AdminHandler(Admittance admittance, Views views, Changes changes, Events events) {
    this.admittance = admittance;
    this.views = views;
    this.changes = changes;
    this.events = events;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String path = String.valueOf(request.getHttpURI().getPath());
    String refusal =
        admittance.refusal(
            request.getHeaders(), request.getHttpURI().getAuthority(), path.equals("/"));
    if (refusal != null) {
      LOG.debug("refused: {}", refusal);
      Answer.text(403, refusal).write(response, callback);
      return true;
    }
    if (path.equals(EVENTS)) {
      Answer wrong = Views.wrongMethod(request.getMethod(), "GET");
      if (wrong == null) {
        events.listen(request, response, callback);
      } else {
        wrong.write(response, callback);
      }
    } else if (Changes.has(path)) {
      change(path, request, response, callback);
    } else {
      Answer wrong = views.has(path) ? Views.wrongMethod(request.getMethod(), "GET", "HEAD") : null;
      (wrong == null ? views.show(path, request.getHeaders().get(HttpHeader.ACCEPT)) : wrong)
          .write(response, callback);
    }
    return true;
  }

  private void change(String path, Request request, Response response, Callback callback) {
    Answer no = Views.wrongMethod(request.getMethod(), "POST");
    String who = who(request);
    if (no == null) {
      no = changes.denial(request.getHeaders(), path, who);
    }
    if (no == null
        && request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > Changes.LONGEST_BODY) {
      no =
          Answer.text(
              413, "The body is what one would type after 'carpool set', and that is short");
    }
    if (no != null) {
      no.write(response, callback);
      return;
    }
    Content.Source.asByteArrayAsync(request, Changes.LONGEST_BODY)
        .whenComplete(
            (body, failure) -> {
              if (failure == null) {
                changes.apply(path, new String(body, UTF_8), who).write(response, callback);
              } else {
                Answer.text(400, "The body did not come, or is too long").write(response, callback);
              }
            });
  }

  /** For the audit. */
  private static String who(Request request) {
    EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
    SocketAddress remote = connection.getRemoteSocketAddress();
    if (remote instanceof InetSocketAddress tcp) {
      return "page from " + tcp.getAddress().getHostAddress() + ":" + tcp.getPort();
    }
    if (connection.getTransport() instanceof SocketChannel channel) {
      try {
        return "page over a Unix socket by "
            + channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
      } catch (IOException | UnsupportedOperationException e) {
        LOG.debug("nobody knows who is connected", e);
      }
    }
    return "page from somewhere";
  }
}
