package dev.carpool.gateway;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The status of a response as the application said it: with its own words, and without the {@code
 * Content-Length: 0} that the HTTP server adds also where there is no body to have a length (204
 * and 304, RFC 9110 section 8.6).
 */
final class StatusLine extends HttpStream.Wrapper {

  private final CgiResponse head;

  private StatusLine(HttpStream stream, CgiResponse head) {
    super(stream);
    this.head = head;
  }

  /** Before the response is written; costs nothing where the HTTP server would say the same. */
  static void keep(Request request, CgiResponse head) {
    if (!head.mayHaveBody() || !head.reason().equals(usual(head.status()))) {
      request.addHttpStreamWrapper(stream -> new StatusLine(stream, head));
    }
  }

  private static String usual(int status) {
    HttpStatus.Code code = HttpStatus.getCode(status);
    return code == null ? "" : code.getMessage();
  }

  @Override
  public void send(
      MetaData.Request request,
      MetaData.@Nullable Response response,
      boolean last,
      @Nullable ByteBuffer content,
      Callback callback) {
    super.send(request, response == null ? null : changed(response), last, content, callback);
  }

  private MetaData.Response changed(MetaData.Response response) {
    HttpFields fields = response.getHttpFields();
    long length = response.getContentLength();
    if (!head.mayHaveBody()) {
      fields = HttpFields.build(fields).remove(HttpHeader.CONTENT_LENGTH).asImmutable();
      length = -1;
    }
    return new MetaData.Response(
        response.getStatus(),
        head.reason().isEmpty() ? null : head.reason(),
        response.getHttpVersion(),
        fields,
        length,
        response.getTrailersSupplier());
  }
}
