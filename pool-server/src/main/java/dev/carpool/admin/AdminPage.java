package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The page: one text with its style and its script in it, which loads nothing but the events.
 *
 * <p>The policy names both by their hashes, so that no other script could run in it, wherever it
 * came from.
 */
final class AdminPage {

  private static final List<String> SCRIPTS =
      List.of("pool.js", "course.js", "lists.js", "live.js");

  private AdminPage() {}

  static Answer load() {
    String style = resource("style.css");
    String script = SCRIPTS.stream().map(AdminPage::resource).collect(Collectors.joining("\n"));
    String html = resource("page.html").replace("{{style}}", style).replace("{{script}}", script);
    String policy =
        "default-src 'none'; script-src '%s'; style-src '%s'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            .formatted(hash(script), hash(style));
    return Answer.of("text/html; charset=utf-8", html).with("Content-Security-Policy", policy);
  }

  private static String resource(String name) {
    try (InputStream in = AdminPage.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(String text) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has it", e);
    }
  }
}
