package dev.carpool.backlog;

import com.google.common.net.InetAddresses;
import dev.carpool.api.Printable;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A word that names a listener, taken apart, or refused with the one that was probably meant. */
final class ListenerWord {

  private static final String EXPECTED =
      "write unix:/PATH, unix:@ABSTRACT, tcp:PORT, tcp:ADDRESS:PORT or tcp:[IPV6]:PORT";

  private static final Pattern PLACE = Pattern.compile("(?:(.+):)?(\\d{1,5})");

  private final String word;

  ListenerWord(String word) {
    this.word = word;
  }

  ListenerName parse() {
    if (word.startsWith("unix:")) {
      return unix(word.substring("unix:".length()));
    }
    if (word.startsWith("tcp:")) {
      return tcp(word.substring("tcp:".length()));
    }
    throw wrong(meant());
  }

  private ListenerName unix(String name) {
    if (name.startsWith("@") && name.length() > 1) {
      return new ListenerName.Unix(name);
    }
    if (!name.startsWith("/") || name.endsWith("/")) {
      throw wrong("the path of a Unix socket begins with / and does not end with it");
    }
    try {
      return new ListenerName.Unix(Path.of(name).normalize().toString());
    } catch (InvalidPathException e) {
      throw wrong("this is not a path: " + e.getReason());
    }
  }

  private ListenerName tcp(String place) {
    Matcher matcher = PLACE.matcher(place);
    if (!matcher.matches()) {
      throw wrong(EXPECTED);
    }
    int port = Integer.parseInt(matcher.group(2));
    if (port == 0 || port > 65535) {
      throw wrong("there is no port " + port + "; they go from 1 to 65535");
    }
    String host = matcher.group(1);
    if (host == null || host.equals("*")) {
      return new ListenerName.Tcp(null, port);
    }
    if (InetAddresses.isUriInetAddress(host)) {
      return new ListenerName.Tcp(InetAddresses.forUriString(host), port);
    }
    throw wrong(
        InetAddresses.isInetAddress(host)
            ? "write tcp:[%s]:%d".formatted(host, port)
            : "'%s' is no address, and names are not looked up; tcp:%d is the port at any address"
                .formatted(Printable.text(host), port));
  }

  /** What was probably meant by a word that says neither unix: nor tcp:. */
  private String meant() {
    String rest = word.replaceFirst("^(scgi|http):(//)?", "");
    if (rest.startsWith("/")) {
      return "write unix:" + rest;
    }
    if (rest.startsWith("@")) {
      return "write unix:" + rest;
    }
    if (rest.startsWith("unix:/")) {
      return "write " + rest;
    }
    return PLACE.matcher(rest).matches() ? "write tcp:" + rest : EXPECTED;
  }

  private IllegalArgumentException wrong(String why) {
    String shown = word.length() <= 120 ? word : word.substring(0, 120) + "...";
    return new IllegalArgumentException(
        "'" + Printable.text(shown) + "' names no listener: " + Printable.text(why));
  }
}
