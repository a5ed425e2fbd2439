package dev.carpool.config;

import dev.carpool.descriptor.UnixSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word of {@code listen}, taken apart: {@code http:HOST:PORT}, {@code scgi:HOST:PORT}, {@code
 * scgi:unix:PATH} or {@code scgi:fd:NAME}, or {@code fastcgi:} where {@code scgi:} is. A word that
 * is none of these is refused with the one that was probably meant.
 */
final class ListenerWord {

  static final String EXPECTED =
      "write \"http:HOST:PORT\", \"scgi:HOST:PORT\", \"scgi:unix:PATH\" or \"scgi:fd:NAME\","
          + " or for PHP \"fastcgi:\" where \"scgi:\" is";

  /** How much of a word a message repeats. */
  private static final int SHOWN = 60;

  private static final Pattern PROTOCOL =
      Pattern.compile("(http|scgi|fastcgi):(.*)", Pattern.DOTALL);
  private static final Pattern TCP =
      Pattern.compile("(\\*|[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+(?:%\\w+)?\\]):(\\d{1,5})");

  /** What systemd allows as FileDescriptorName=, without blanks. */
  private static final Pattern NAME = Pattern.compile("[!-9;-~]{1,255}");

  private static final Pattern BARE_PORT = Pattern.compile("\\d{1,5}");
  private static final Pattern BARE_IPV6 = Pattern.compile("([0-9A-Fa-f]*:[0-9A-Fa-f:]*):(\\d+)");
  private static final Pattern BARE_HOST =
      Pattern.compile("\\*|[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\]");

  private final String word;
  private final Path folder;

  private ListenerWord(String word, Path folder) {
    this.word = word;
    this.folder = folder;
  }

  /**
   * The listener that a word names.
   *
   * @param folder from which relative paths count
   * @throws IllegalArgumentException with a message for whoever wrote the word
   */
  static Listener parse(String word, Path folder) {
    return new ListenerWord(word, folder).parse();
  }

  private Listener parse() {
    Matcher matcher = PROTOCOL.matcher(word);
    if (!matcher.matches()) {
      throw noProtocol();
    }
    String protocol = matcher.group(1);
    String place = matcher.group(2);
    if (!protocol.equals("http")) {
      Address address = address(protocol, place);
      return protocol.equals("scgi") ? new Listener.Scgi(address) : new Listener.FastCgi(address);
    }
    if (place.startsWith("unix:") || place.startsWith("fd:")) {
      throw wrong(
          "http cannot listen on a Unix socket or one of systemd's; write \"scgi:" + place + "\"");
    }
    Address.Tcp tcp = tcp(protocol, place);
    return new Listener.Http(tcp.host(), tcp.port());
  }

  private Address address(String protocol, String place) {
    if (place.startsWith("unix:")) {
      return unix(place.substring("unix:".length()));
    }
    if (place.startsWith("fd:")) {
      return inherited(place.substring("fd:".length()));
    }
    return tcp(protocol, place);
  }

  private Address unix(String text) {
    if (text.isBlank()) {
      throw wrong(
          "the path of the Unix socket is missing; write \"%s:unix:/run/NAME.sock\""
              .formatted(protocol()));
    }
    if (text.startsWith("@")) {
      throw wrong(
          "a socket without a file has no permissions; name a path, as \"%s:unix:/run/%s.sock\""
              .formatted(protocol(), text.substring(1)));
    }
    Path path;
    try {
      path = folder.resolve(text).normalize();
    } catch (InvalidPathException e) {
      throw wrong("this is not a path: " + e.getReason());
    }
    if (path.getFileName() == null || text.endsWith("/")) {
      throw wrong("this names a folder; name a socket in it");
    }
    if (!UnixSocket.fits(path)) {
      throw wrong(
          "the path of a Unix socket is at most %d bytes long, and this has %d%s"
              .formatted(
                  UnixSocket.MAX_PATH,
                  path.toString().getBytes(StandardCharsets.UTF_8).length,
                  text.startsWith("/") ? "" : " with the folder of this file"));
    }
    return new Address.Unix(path);
  }

  private Address inherited(String name) {
    if (!NAME.matcher(name).matches()) {
      throw wrong(
          "%s; write \"%s:fd:NAME\" with the FileDescriptorName= of the .socket unit"
              .formatted(
                  name.isEmpty()
                      ? "the name of systemd's socket is missing"
                      : "this cannot name a socket of systemd's",
                  protocol()));
    }
    return new Address.Inherited(name);
  }

  private Address.Tcp tcp(String protocol, String place) {
    Matcher matcher = TCP.matcher(place);
    if (!matcher.matches()) {
      throw noTcp(protocol, place);
    }
    int port = Integer.parseInt(matcher.group(2));
    if (port > 65535) {
      throw wrong("there is no port " + port + ", the highest is 65535");
    }
    String host = matcher.group(1);
    return new Address.Tcp(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  /** The refusal of what follows the protocol. */
  private IllegalArgumentException noTcp(String protocol, String place) {
    String meant = null;
    Matcher six = BARE_IPV6.matcher(place);
    if (place.startsWith("//") && TCP.matcher(withoutSlashes(place)).matches()) {
      meant = protocol + ":" + withoutSlashes(place);
    } else if (place.startsWith("/") || place.startsWith("./")) {
      meant = (protocol.equals("http") ? "scgi" : protocol) + ":unix:" + place;
    } else if (BARE_PORT.matcher(place).matches()) {
      meant = protocol + ":127.0.0.1:" + place;
    } else if (six.matches()) {
      meant = "%s:[%s]:%s".formatted(protocol, six.group(1), six.group(2));
    } else if (BARE_HOST.matcher(place).matches()) {
      return wrong("the port is missing; write \"%s:%s:PORT\"".formatted(protocol, place));
    }
    return meant == null ? noListener() : wrong("write \"" + meant + "\"");
  }

  /** The refusal of a word that names no protocol. */
  private IllegalArgumentException noProtocol() {
    if (word.startsWith("unix:") || word.startsWith("fd:")) {
      return wrong("which protocol is missing; write \"scgi:" + word + "\"");
    }
    if (word.startsWith("/") || word.startsWith("./")) {
      return wrong("which protocol is missing; write \"scgi:unix:" + word + "\"");
    }
    if (BARE_PORT.matcher(word).matches()) {
      return wrong("host and protocol are missing; write \"http:127.0.0.1:" + word + "\"");
    }
    if (TCP.matcher(word).matches()) {
      return wrong(
          "which protocol is missing; write \"http:%1$s\" or \"scgi:%1$s\"".formatted(word));
    }
    int colon = word.indexOf(':');
    if (colon > 0
        && Pattern.matches("(?i)https?|[sf]?cgi|fastcgi|uwsgi|ajp", word.substring(0, colon))) {
      return wrong(
          "'%s' is not spoken here, but http, scgi and fastcgi are; %s"
              .formatted(word.substring(0, colon), EXPECTED));
    }
    return noListener();
  }

  private String protocol() {
    return word.substring(0, word.indexOf(':'));
  }

  private static String withoutSlashes(String place) {
    return place.replaceAll("^//|/+$", "");
  }

  private IllegalArgumentException noListener() {
    return new IllegalArgumentException(shown() + " is not a listener; " + EXPECTED);
  }

  private IllegalArgumentException wrong(String why) {
    return new IllegalArgumentException(shown() + ": " + why);
  }

  private String shown() {
    return "'" + (word.length() <= SHOWN ? word : word.substring(0, SHOWN) + "...") + "'";
  }
}
