package dev.carpool.api;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How an application is run. */
public enum AppKind {
  /** Whichever kind the files of the application's root show. */
  AUTO(null),
  /** A Python application with the interface of PEP 3333. */
  WSGI("python"),
  /** A Ruby application with the interface of Rack. */
  RACK("ruby"),
  /** Programs with the Common Gateway Interface (RFC 3875), each started for one request. */
  CGI(null),
  /** PHP scripts, run by php-cgi, which speaks FastCGI. */
  PHP("php"),
  /** A program that listens by itself, on the port or socket that it is told, and speaks HTTP. */
  HTTP(null),
  /** A Perl application with the interface of PSGI. */
  PSGI("perl"),
  /** A Node application that listens with an {@code http.Server}. */
  NODE("node"),
  /** A program that speaks the helper contract on its descriptor 0 by itself. */
  HELPER(null);

  private static final ImmutableMap<String, AppKind> BY_INTERPRETER_KEY =
      Maps.uniqueIndex(
          Arrays.stream(values()).filter(kind -> kind.interpreterKey != null).iterator(),
          kind -> Objects.requireNonNull(kind.interpreterKey));

  private final @Nullable String interpreterKey;

  AppKind(@Nullable String interpreterKey) {
    this.interpreterKey = interpreterKey;
  }

  /** The word for it in configuration files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The key by which its interpreter is chosen in configuration files; null if it has none. */
  public @Nullable String interpreterKey() {
    return interpreterKey;
  }

  /** The kinds whose interpreter can be chosen, by the keys for it. */
  public static ImmutableMap<String, AppKind> byInterpreterKey() {
    return BY_INTERPRETER_KEY;
  }
}
