package dev.carpool.front;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.primitives.Bytes;
import dev.carpool.api.SpawnReport;
import dev.carpool.api.SpawnReportPage;
import dev.carpool.refusal.Refusal;

/**
 * A {@link Refusal} as a CGI response, which a web server passes on as its own: plain text, save
 * for a report, which only developers see, in browsers.
 */
final class CgiPage {

  private CgiPage() {}

  /** The whole response. Its length is said, so that nobody has to wait for the end. */
  static byte[] of(Refusal refusal) {
    SpawnReport report = refusal.report();
    String page = report == null ? refusal.text() : SpawnReportPage.html(report);
    byte[] text = page.getBytes(UTF_8);
    String retryAfter =
        refusal.retryAfter() > 0 ? "Retry-After: " + refusal.retryAfter() + "\r\n" : "";
    String head =
        "Status: "
            + refusal.status()
            + " "
            + reason(refusal.status())
            + "\r\nContent-Type: "
            + (report == null ? "text/plain" : "text/html")
            + "; charset=utf-8\r\nCache-Control: no-store\r\n"
            + retryAfter
            + "Content-Length: "
            + text.length
            + "\r\n\r\n";
    return Bytes.concat(head.getBytes(US_ASCII), text);
  }

  private static String reason(int status) {
    return switch (status) {
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      default -> "Internal Server Error";
    };
  }
}
