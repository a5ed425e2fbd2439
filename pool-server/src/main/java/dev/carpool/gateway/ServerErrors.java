package dev.carpool.gateway;

import dev.carpool.refusal.Refusal;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Pages for what the HTTP server refuses by itself: requests that are not HTTP, or too long. */
final class ServerErrors extends ErrorHandler {

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    RefusalPage.write(
        request, response, Refusal.ofServer(code, HttpStatus.getMessage(code)), callback);
  }
}
