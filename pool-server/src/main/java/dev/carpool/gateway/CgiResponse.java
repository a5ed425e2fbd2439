package dev.carpool.gateway;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The head of a response in CGI form.
 *
 * @param status 200 to 599
 * @param fields the headers to pass on, in order, without Status, Content-Length and those of the
 *     connection
 * @param contentLength what it announces, or -1
 */
record CgiResponse(int status, ImmutableList<Field> fields, long contentLength) {

  record Field(String name, String value) {}

  /** Whether a body follows, when the request was not HEAD. */
  boolean mayHaveBody() {
    return status != 204 && status != 304;
  }

  /** Adds the headers to those that the HTTP server has set. */
  void copyTo(HttpFields.Mutable headers) {
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
