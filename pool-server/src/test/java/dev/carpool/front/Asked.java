package dev.carpool.front;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the application of the helper contract's suite says, and what the kernel says of it. */
final class Asked {

  private Asked() {}

  static String body(FrontScene scene, String path) throws IOException {
    ScgiClient.Response response = scene.get(path);
    assertThat(response.status()).as(path).isEqualTo(200);
    return response.body();
  }

  static long pid(FrontScene scene) throws IOException {
    return Long.parseLong(body(scene, "/pid"));
  }

  static Map<String, String> about(FrontScene scene) throws IOException {
    return Splitter.on('\n')
        .omitEmptyStrings()
        .withKeyValueSeparator('=')
        .split(body(scene, "/about"));
  }

  static String asked(FrontScene scene, String method, String path) throws IOException {
    try (ScgiClient client = scene.unix().send(method, path, 0, new byte[0])) {
      return client.text();
    }
  }

  static String count(FrontScene scene, byte[] piece, int times) throws IOException {
    try (ScgiClient client = scene.unix()) {
      client.send("POST", "/count", (long) times * piece.length, new byte[0]);
      for (int i = 0; i < times; i++) {
        client.more(piece);
      }
      return client.response().body();
    }
  }

  static String length(ScgiClient.Response response) {
    return response.headers().stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length: "))
        .collect(Collectors.joining())
        .replaceFirst(".*: ", "");
  }

  /** How much memory a process uses, in bytes: what is its own and what it shares. */
  static long memory(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      String[] words =
          lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow().split("\\s+");
      return Long.parseLong(words[1]) * 1024;
    }
  }

  static long descriptors(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.count();
    }
  }
}
