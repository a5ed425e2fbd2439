package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Ascii;
import com.google.common.html.HtmlEscapers;
import dev.carpool.api.SpawnReport;
import dev.carpool.api.SpawnReportPage;
import dev.carpool.refusal.Refusal;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** A {@link Refusal} as a page for a browser, or as plain text for everybody else. */
final class RefusalPage {

  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>%1$d %2$s</title>
      <style>
      :root { color-scheme: light dark }
      body { font: 1.05rem/1.6 system-ui, sans-serif; margin: 18vh auto 0; max-width: 34rem; padding: 0 1.5rem }
      h1 { font-size: 1.6rem; font-weight: 600; margin: 0 0 .6rem }
      .status { color: #888; font-size: .95rem; letter-spacing: .08em }
      </style>
      </head>
      <body>
      <div class="status">%1$d</div>
      <h1>%2$s</h1>
      <p>%3$s</p>
      </body>
      </html>
      """;

  private RefusalPage() {}

  /** Answers a request with a refusal. Nothing of the response may have been written yet. */
  static void write(Request request, Response response, Refusal refusal, Callback callback) {
    response.setStatus(refusal.status());
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    if (refusal.retryAfter() > 0) {
      headers.put(HttpHeader.RETRY_AFTER, refusal.retryAfter());
    }
    boolean html = wantsHtml(request);
    headers.put(HttpHeader.CONTENT_TYPE, (html ? "text/html" : "text/plain") + "; charset=utf-8");
    byte[] page = (html ? html(refusal) : refusal.text()).getBytes(UTF_8);
    headers.put(HttpHeader.CONTENT_LENGTH, page.length);
    boolean head = request.getMethod().equals("HEAD");
    response.write(true, ByteBuffer.wrap(head ? new byte[0] : page), callback);
  }

  private static boolean wantsHtml(Request request) {
    return request.getHeaders().getValuesList(HttpHeader.ACCEPT).stream()
        .anyMatch(accept -> Ascii.toLowerCase(accept).contains("text/html"));
  }

  static String html(Refusal refusal) {
    SpawnReport report = refusal.report();
    if (report != null) {
      return SpawnReportPage.html(report);
    }
    return PAGE.formatted(refusal.status(), escaped(refusal.title()), escaped(refusal.text()));
  }

  private static String escaped(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }
}
