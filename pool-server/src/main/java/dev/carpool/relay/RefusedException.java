package dev.carpool.relay;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;

/** A request that is answered without its process. */
final class RefusedException extends Exception {

  private static final long serialVersionUID = 1;

  private final String status;

  /**
   * A refusal.
   *
   * @param status number and reason, as in {@code "400 Bad Request"}
   * @param message for the log
   */
  RefusedException(String status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  static RefusedException badRequest(String message) {
    return new RefusedException("400 Bad Request", message);
  }

  /** Text of somebody's who is not trusted, for a log. */
  static String shown(String text) {
    return CharMatcher.javaIsoControl().replaceFrom(Ascii.truncate(text, 500, "..."), '?');
  }

  String status() {
    return status;
  }

  /** A page in CGI form, which says no more than the status. */
  String page() {
    String text = status + "\n";
    return "Status: %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(status, text.length(), text);
  }
}
