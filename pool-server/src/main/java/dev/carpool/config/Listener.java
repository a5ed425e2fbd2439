package dev.carpool.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the gateway listens for one application over HTTP.
 *
 * @param host a name or an address, without the brackets of IPv6; {@code "*"} for all addresses
 * @param port 1 to 65535; 0 lets the kernel choose
 */
public record Listener(String host, int port) {

  private static final Pattern HTTP =
      Pattern.compile("http:(\\*|[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+(?:%\\w+)?\\]):(\\d{1,5})");
  private static final Pattern SCGI = Pattern.compile("scgi:(unix:/.+|.+:\\d{1,5})");

  static final String EXPECTED = "write \"http:HOST:PORT\", as \"http:127.0.0.1:8080\"";

  /**
   * The listener that a word of {@code listen} names.
   *
   * @throws IllegalArgumentException with a message for whoever wrote the word
   */
  static Listener parse(String word) {
    if (SCGI.matcher(word).matches()) {
      throw new IllegalArgumentException(
          "'" + word + "': SCGI listeners are not in this version; " + EXPECTED);
    }
    Matcher http = HTTP.matcher(word);
    if (!http.matches()) {
      throw new IllegalArgumentException("'" + word + "' is not a listener; " + EXPECTED);
    }
    int port = Integer.parseInt(http.group(2));
    if (port > 65535) {
      throw new IllegalArgumentException(
          "'" + word + "': there is no port " + port + ", the highest is 65535");
    }
    String host = http.group(1);
    return new Listener(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  @Override
  public String toString() {
    return "http:" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
