package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request in SCGI: a netstring of names and values.
 *
 * <p>Header names with anything but letters, digits and hyphens are left out: {@code X_User} and
 * {@code X-User} would become the same variable, and a front that checks the second would let the
 * first pass. {@code Proxy} is left out because programs read {@code HTTP_PROXY} as a setting.
 */
final class ScgiRequest {

  private static final CharMatcher UNAMBIGUOUS =
      CharMatcher.inRange('a', 'z')
          .or(CharMatcher.inRange('A', 'Z'))
          .or(CharMatcher.inRange('0', '9'))
          .or(CharMatcher.is('-'))
          .precomputed();

  /**
   * What is not a header.
   *
   * @param path as it was sent, still percent-encoded
   * @param query as it was sent, null without a question mark
   */
  record Line(
      String method,
      String path,
      @Nullable String query,
      String protocol,
      boolean secure,
      String serverName,
      int serverPort,
      String remoteAddress,
      int remotePort) {

    static Line of(Request request) {
      String path = request.getHttpURI().getPath();
      return new Line(
          request.getMethod(),
          path == null ? "" : path,
          request.getHttpURI().getQuery(),
          request.getConnectionMetaData().getProtocol(),
          request.isSecure(),
          Request.getServerName(request),
          Request.getServerPort(request),
          Request.getRemoteAddr(request),
          Request.getRemotePort(request));
    }
  }

  private ScgiRequest() {}

  /**
   * The head, after which the body follows.
   *
   * @param bodyLength of the body as it was received, whatever the headers say
   */
  static byte[] head(Line line, HttpFields headers, long bodyLength) {
    ByteArrayOutputStream block = new ByteArrayOutputStream(1024);
    add(block, "CONTENT_LENGTH", Long.toString(bodyLength));
    add(block, "SCGI", "1");
    add(block, "REQUEST_METHOD", line.method());
    add(
        block,
        "REQUEST_URI",
        (line.query() == null ? line.path() : line.path() + "?" + line.query()).getBytes(UTF_8));
    add(block, "SCRIPT_NAME", "");
    add(block, "PATH_INFO", line.path().startsWith("/") ? decoded(line.path()) : new byte[0]);
    add(block, "QUERY_STRING", (line.query() == null ? "" : line.query()).getBytes(UTF_8));
    add(block, "SERVER_NAME", line.serverName());
    add(block, "SERVER_PORT", Integer.toString(line.serverPort()));
    add(block, "SERVER_PROTOCOL", line.protocol());
    add(block, "REMOTE_ADDR", line.remoteAddress());
    add(block, "REMOTE_PORT", Integer.toString(line.remotePort()));
    add(block, "REQUEST_SCHEME", line.secure() ? "https" : "http");
    if (line.secure()) {
      add(block, "HTTPS", "on");
    }
    String type = headers.get(HttpHeader.CONTENT_TYPE);
    if (type != null) {
      add(block, "CONTENT_TYPE", type);
    }
    variables(headers).forEach((name, value) -> add(block, name, value));

    ByteArrayOutputStream netstring = new ByteArrayOutputStream(block.size() + 8);
    netstring.writeBytes((block.size() + ":").getBytes(US_ASCII));
    netstring.writeBytes(block.toByteArray());
    netstring.write(',');
    return netstring.toByteArray();
  }

  private static Map<String, String> variables(HttpFields headers) {
    Set<String> dropped = HopByHop.names(headers.getValuesList(HttpHeader.CONNECTION));
    Map<String, String> variables = new LinkedHashMap<>();
    for (HttpField field : headers) {
      String name = Ascii.toLowerCase(field.getName());
      if (dropped.contains(name) || isOurs(name) || !UNAMBIGUOUS.matchesAllOf(name)) {
        continue;
      }
      String value = field.getValue() == null ? "" : field.getValue();
      variables.merge(
          "HTTP_" + Ascii.toUpperCase(name).replace('-', '_'),
          value,
          (before, more) -> before + (name.equals("cookie") ? "; " : ", ") + more);
    }
    return variables;
  }

  /** Headers that have a variable of their own, are answered here, or must not be one. */
  private static boolean isOurs(String name) {
    return switch (name) {
      case "content-length", "content-type", "expect", "proxy" -> true;
      default -> false;
    };
  }

  /** The bytes of a percent-encoded path. What is no encoding stays as it is. */
  static byte[] decoded(String path) {
    byte[] bytes = path.getBytes(UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
      if (low < 0) {
        decoded.write(bytes[i]);
      } else {
        decoded.write(high << 4 | low);
        i += 2;
      }
    }
    return decoded.toByteArray();
  }

  private static void add(ByteArrayOutputStream block, String name, String value) {
    add(block, name, value.getBytes(ISO_8859_1));
  }

  private static void add(ByteArrayOutputStream block, String name, byte[] value) {
    block.writeBytes(name.getBytes(US_ASCII));
    block.write(0);
    block.writeBytes(value);
    block.write(0);
  }
}
