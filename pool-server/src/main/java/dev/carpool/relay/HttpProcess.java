package dev.carpool.relay;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSet;
import com.google.common.escape.Escaper;
import com.google.common.net.PercentEscaper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/** A process that is an HTTP server by itself: HTTP/1.1, one request on a connection. */
final class HttpProcess implements ProcessSide {

  /** Of the connection to whoever asked, and no business of the process. */
  private static final ImmutableSet<String> NOT_PASSED =
      ImmutableSet.of(
          "Connection",
          "Proxy-Connection",
          "Keep-Alive",
          "Te",
          "Trailer",
          "Transfer-Encoding",
          "Upgrade",
          "Expect",
          "Content-Length",
          "Content-Type",
          "Host",
          "X-Forwarded-For",
          "X-Forwarded-Proto");

  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Escaper PATH = new PercentEscaper("-._~!$&'()*+,;=:@/", false);

  private final Pending toProcess;
  private final HttpResponse response;

  HttpProcess(Pending toProcess, Responses responses) {
    this.toProcess = toProcess;
    response = new HttpResponse(responses);
  }

  @Override
  public void head(RequestHead head) throws RefusedException {
    String method = head.value("REQUEST_METHOD");
    if (!TOKEN.matcher(method).matches()) {
      throw RefusedException.badRequest("REQUEST_METHOD is none");
    }
    response.toHead(method.equals("HEAD"));
    StringBuilder lines = new StringBuilder();
    lines.append(method).append(' ').append(target(head)).append(" HTTP/1.1\r\n");
    line(lines, "Host", host(head));
    line(lines, "Connection", "close");
    boolean body = head.length() > 0 || !head.value("CONTENT_LENGTH").isEmpty();
    if (head.length() > 0 || (body && !method.equals("GET") && !method.equals("HEAD"))) {
      line(lines, "Content-Length", Long.toString(head.length()));
    }
    if (!head.value("CONTENT_TYPE").isEmpty()) {
      line(lines, "Content-Type", head.value("CONTENT_TYPE"));
    }
    forwarded(lines, head);
    for (Map.Entry<String, String> variable : head.variables().entrySet()) {
      if (!variable.getKey().startsWith("HTTP_")) {
        continue;
      }
      String name = headerName(variable.getKey().substring("HTTP_".length()));
      if (!NOT_PASSED.contains(name)) {
        line(lines, name, variable.getValue());
      }
    }
    toProcess.put(lines.append("\r\n").toString());
  }

  private static void forwarded(StringBuilder lines, RequestHead head) throws RefusedException {
    String before = head.value("HTTP_X_FORWARDED_FOR");
    String peer = head.value("REMOTE_ADDR");
    String all = before + (before.isEmpty() || peer.isEmpty() ? "" : ", ") + peer;
    if (!all.isEmpty()) {
      line(lines, "X-Forwarded-For", all);
    }
    String https = head.value("HTTPS");
    boolean secure =
        !(https.isEmpty() || https.equals("off"))
            || head.value("HTTP_X_FORWARDED_PROTO").equals("https");
    line(lines, "X-Forwarded-Proto", secure ? "https" : "http");
  }

  /** As it was sent, where that is known. */
  private static String target(RequestHead head) throws RefusedException {
    String uri = head.value("REQUEST_URI");
    if (uri.isEmpty()) {
      String query = head.value("QUERY_STRING");
      // Bytes, not characters, are what has to be escaped.
      byte[] path = head.path().getBytes(StandardCharsets.ISO_8859_1);
      uri =
          PATH.escape(new String(path, StandardCharsets.UTF_8))
              + (query.isEmpty() ? "" : "?" + query);
    }
    if (uri.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
      throw RefusedException.badRequest("REQUEST_URI has a blank or a control character");
    }
    return uri;
  }

  private static String host(RequestHead head) {
    String host = head.value("HTTP_HOST");
    return host.isEmpty() ? head.value("SERVER_NAME") : host;
  }

  private static void line(StringBuilder lines, String name, String value) throws RefusedException {
    if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw RefusedException.badRequest("the value of " + name + " has a line break");
    }
    lines.append(name).append(": ").append(value).append("\r\n");
  }

  /** {@code ACCEPT_LANGUAGE} is {@code Accept-Language}. */
  private static String headerName(String variable) throws RefusedException {
    if (!TOKEN.matcher(variable).matches()) {
      throw RefusedException.badRequest("a header's name is none");
    }
    StringBuilder name = new StringBuilder(Ascii.toLowerCase(variable).replace('_', '-'));
    for (int i = 0; i < name.length(); i++) {
      if (i == 0 || name.charAt(i - 1) == '-') {
        name.setCharAt(i, Ascii.toUpperCase(name.charAt(i)));
      }
    }
    return name.toString();
  }

  @Override
  public void body(ByteBuffer piece) {
    toProcess.put(piece);
  }

  @Override
  public void end() {}

  @Override
  public void take(ByteBuffer bytes) throws RefusedException {
    response.take(bytes);
  }

  @Override
  public void closed() {
    response.closed();
  }
}
