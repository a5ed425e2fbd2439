package dev.carpool.front;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.primitives.Bytes;
import dev.carpool.api.SpawnReport;
import dev.carpool.api.SpawnReportPage;
import dev.carpool.refusal.Refusal;
import dev.carpool.relay.FastCgi;

/**
 * A {@link Refusal} as a response, which a web server passes on as its own: plain text, save for a
 * report, which only developers see, in browsers.
 */
final class RefusalPage {

  private RefusalPage() {}

  /** The whole response. Its length is said, so that nobody has to wait for the end. */
  static byte[] of(Refusal refusal, FrontProtocol protocol) {
    SpawnReport report = refusal.report();
    String words = report == null ? refusal.text() : SpawnReportPage.html(report);
    byte[] text = words.getBytes(UTF_8);
    String retryAfter =
        refusal.retryAfter() > 0 ? "Retry-After: " + refusal.retryAfter() + "\r\n" : "";
    String head =
        (protocol == FrontProtocol.HTTP ? "HTTP/1.1 " : "Status: ")
            + refusal.status()
            + " "
            + reason(refusal.status())
            + (protocol == FrontProtocol.HTTP ? "\r\nConnection: close" : "")
            + "\r\nContent-Type: "
            + (report == null ? "text/plain" : "text/html")
            + "; charset=utf-8\r\nCache-Control: no-store\r\n"
            + retryAfter
            + "Content-Length: "
            + text.length
            + "\r\n\r\n";
    byte[] page = Bytes.concat(head.getBytes(US_ASCII), text);
    return protocol == FrontProtocol.FASTCGI ? FastCgi.response(page) : page;
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
