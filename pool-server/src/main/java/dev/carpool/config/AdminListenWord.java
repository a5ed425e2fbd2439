package dev.carpool.config;

import dev.carpool.descriptor.UnixSocket;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The word of [admin] listen: {@code 127.0.0.1:PORT}, {@code [::1]:PORT} or {@code unix:PATH}. */
final class AdminListenWord {

  private static final String EXPECTED = "write \"127.0.0.1:9180\" or \"unix:/run/NAME.sock\"";

  private static final Pattern TCP =
      Pattern.compile("(\\*|[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\]):(\\d{1,5})");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1\\]");

  private AdminListenWord() {}

  /**
   * The place that a word names.
   *
   * @param folder from which relative paths count
   * @throws IllegalArgumentException with a message for whoever wrote the word
   */
  static Address parse(String word, Path folder) {
    if (word.startsWith("unix:")) {
      return unix(word, folder);
    }
    Matcher tcp = TCP.matcher(word);
    if (!tcp.matches()) {
      throw wrong(
          word,
          word.matches("\\d{1,5}")
              ? "the address is missing; write \"127.0.0.1:" + word + "\""
              : word.startsWith("http:")
                  ? "it is HTTP without saying so; " + EXPECTED
                  : "this is no address; " + EXPECTED);
    }
    int port = Integer.parseInt(tcp.group(2));
    if (port > 65535) {
      throw wrong(word, "there is no port " + port + ", the highest is 65535");
    }
    String host = tcp.group(1);
    if (!LOOPBACK.matcher(host).matches()) {
      throw wrong(
          word,
          "whoever reaches the admin listener may look, so it is for this machine alone; write \"127.0.0.1:%1$d\", and come from elsewhere through an SSH tunnel (ssh -L %1$d:127.0.0.1:%1$d HOST) or a web server that asks who it is (docs/admin.md)"
              .formatted(port));
    }
    return new Address.Tcp(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  private static Address unix(String word, Path folder) {
    String text = word.substring("unix:".length());
    if (text.isBlank() || text.startsWith("@") || text.endsWith("/")) {
      throw wrong(word, "this names no file for the Unix socket; " + EXPECTED);
    }
    Path path;
    try {
      path = folder.resolve(text).normalize();
    } catch (InvalidPathException e) {
      throw wrong(word, "this is not a path: " + e.getReason());
    }
    if (path.getFileName() == null || !UnixSocket.fits(path)) {
      throw wrong(
          word,
          "the path of a Unix socket is at most %d bytes long".formatted(UnixSocket.MAX_PATH));
    }
    return new Address.Unix(path);
  }

  private static IllegalArgumentException wrong(String word, String why) {
    return new IllegalArgumentException("'" + Section.shown(word) + "': " + why);
  }
}
