package dev.carpool.relay;

import com.google.common.primitives.Longs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a request says before its body: the names and values of CGI (RFC 3875), whose characters are
 * bytes.
 *
 * @param length of the body in bytes
 */
record RequestHead(Map<String, String> variables, long length) {

  /** The most that names and values may take together. */
  static final int MAX = 256 * 1024;

  /** Programs read this as a setting of theirs, while it is a header that anybody can send. */
  private static final String TRAP = "HTTP_PROXY";

  /**
   * Reads CONTENT_LENGTH; none is an empty body.
   *
   * @param variables not used by the caller any more
   */
  static RequestHead of(Map<String, String> variables) throws RefusedException {
    String text = variables.getOrDefault("CONTENT_LENGTH", "");
    Long length = text.isEmpty() ? Long.valueOf(0) : Longs.tryParse(text);
    if (length == null || length < 0) {
      throw RefusedException.badRequest("CONTENT_LENGTH is no number");
    }
    variables.remove(TRAP);
    return new RequestHead(variables, length);
  }

  /** The value of a name; empty if there is none. */
  String value(String name) {
    return variables.getOrDefault(name, "");
  }

  /** Adds names and values, in place of those that are there. */
  RequestHead with(Map<String, String> more) {
    variables.putAll(more);
    return this;
  }

  /** The path that is asked for, percent-decoded: CONTRACT.md has the table. */
  String path() {
    String uri = value("DOCUMENT_URI");
    if (!uri.isEmpty()) {
      return uri;
    }
    String file = value("SCRIPT_FILENAME");
    if (file.startsWith("proxy:")) {
      int host = file.indexOf("://");
      int slash = file.indexOf('/', host < 0 ? 0 : host + 3);
      return slash < 0 ? "/" : decoded(withoutQuery(file.substring(slash)));
    }
    String named = value("SCRIPT_NAME") + value("PATH_INFO");
    if (!named.isEmpty()) {
      return named;
    }
    String raw = withoutQuery(value("REQUEST_URI"));
    int host = raw.startsWith("/") ? -1 : raw.indexOf("://");
    int slash = host < 0 ? 0 : raw.indexOf('/', host + 3);
    return slash < 0 || raw.isEmpty() ? "/" : decoded(raw.substring(slash));
  }

  private static String withoutQuery(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  /** What is no encoding stays as it is. */
  private static String decoded(String path) {
    ByteBuffer bytes = ByteBuffer.allocate(path.length());
    for (int i = 0; i < path.length(); i++) {
      int high = path.charAt(i) == '%' && i + 2 < path.length() ? digit(path, i + 1) : -1;
      int low = high < 0 ? -1 : digit(path, i + 2);
      bytes.put((byte) (low < 0 ? path.charAt(i) : high << 4 | low));
      i += low < 0 ? 0 : 2;
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
  }

  private static int digit(String path, int at) {
    return Character.digit(path.charAt(at), 16);
  }
}
