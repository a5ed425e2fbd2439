package dev.carpool.front;

import java.util.Locale;

/** What is spoken on the connections of a front. Processes find out themselves. */
public enum FrontProtocol {
  /** SCGI, answered in CGI form: stock nginx ({@code scgi_pass}) and Apache. */
  SCGI,
  /** FastCGI: {@code fastcgi_pass}, where php-fpm was. */
  FASTCGI,
  /** HTTP itself, for processes that speak it. */
  HTTP;

  /** What stands before the address in carpool.toml. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
