package dev.carpool.gateway;

import com.google.common.collect.ImmutableList;

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
}
