package dev.carpool.gateway;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/**
 * The head of a response in CGI form.
 *
 * @param status 200 to 599
 * @param reason what it says after the number, or empty
 * @param fields the headers to pass on, in order, without Status, Content-Length and those of the
 *     connection
 * @param contentLength what it announces, or -1
 */
record CgiResponse(int status, String reason, ImmutableList<Field> fields, long contentLength) {

  record Field(String name, String value) {}

  /** Whether a body follows, when the request was not HEAD. */
  boolean mayHaveBody() {
    return status != 204 && status != 304;
  }

  /** Sets the status, and adds the headers to those that the HTTP server has set. */
  void copyTo(Request request, Response response) {
    response.setStatus(status);
    StatusLine.keep(request, this);
    HttpFields.Mutable headers = response.getHeaders();
    for (Field field : fields) {
      switch (Ascii.toLowerCase(field.name)) {
        case "date", "server" -> headers.put(field.name, field.value); // not beside our own
        default -> headers.add(field.name, field.value);
      }
    }
    if (contentLength >= 0 && mayHaveBody()) {
      headers.put(HttpHeader.CONTENT_LENGTH, contentLength);
    }
  }
}
