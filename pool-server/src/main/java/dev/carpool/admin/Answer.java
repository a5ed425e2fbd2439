package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableMap;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * What is answered to one request, whole.
 *
 * @param status of HTTP
 * @param type Content-Type
 * @param headers that this answer has beside those that all have
 */
record Answer(int status, String type, String body, ImmutableMap<String, String> headers) {

  static final String TEXT = "text/plain; charset=utf-8";
  static final String JSON = "application/json";

  /** What a page may do that is none: nothing. */
  private static final String NO_PAGE = "default-src 'none'; frame-ancestors 'none'";

  static Answer of(String type, String body) {
    return new Answer(200, type, body, ImmutableMap.of());
  }

  static Answer json(String body) {
    return of(JSON, body + "\n");
  }

  /** One line for people. */
  static Answer text(int status, String line) {
    return new Answer(status, TEXT, line + "\n", ImmutableMap.of());
  }

  Answer with(String header, String value) {
    return new Answer(
        status,
        type,
        body,
        ImmutableMap.<String, String>builder().putAll(headers).put(header, value).buildOrThrow());
  }

  /** Writes it as the whole response. */
  void write(Response response, Callback callback) {
    response.setStatus(status);
    HttpFields.Mutable fields = response.getHeaders();
    protect(fields);
    fields.put(HttpHeader.CONTENT_TYPE, type);
    headers.forEach(fields::put);
    byte[] bytes = body.getBytes(UTF_8);
    fields.put(HttpHeader.CONTENT_LENGTH, bytes.length);
    response.write(true, ByteBuffer.wrap(bytes), callback);
  }

  /** What every answer says to browsers: kept by nobody, used by no other page. */
  static void protect(HttpFields.Mutable fields) {
    fields.put("Cache-Control", "no-store");
    fields.put("Content-Security-Policy", NO_PAGE);
    fields.put("Cross-Origin-Opener-Policy", "same-origin");
    fields.put("Cross-Origin-Resource-Policy", "same-origin");
    fields.put("Referrer-Policy", "no-referrer");
    fields.put("X-Content-Type-Options", "nosniff");
    fields.put("X-Frame-Options", "DENY");
  }
}
