package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Joiner;
import dev.carpool.ContractLanguage;
import dev.carpool.descriptor.Litter;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DokuWiki of Debian's packages, as its authors ship it: installed, and a page of it written. */
class DokuWikiIT {

  private static final Path DEBIAN = Path.of("/usr/share/dokuwiki");
  private static final Path SETTINGS = Path.of("/etc/dokuwiki");
  private static final Set<String> OF_DEBIAN =
      Set.of("local.php", "acl.auth.php", "users.auth.php", "htaccess", ".htaccess");
  private static final Pattern TOKEN = Pattern.compile("name=\"sectok\" value=\"(\\w+)\"");

  private final HttpClient browser =
      HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
  private Path folder = Path.of("");
  private RunningServer server;

  @BeforeEach
  void serve() throws Exception {
    ContractLanguage.PHP.assumeInstalled();
    ForegroundServer.assumeInstalled("dokuwiki", "/usr/bin/dokuwiki-addsite");
    folder = Litter.folder("wiki");
    copy(DEBIAN, folder);
    // Debian keeps its settings elsewhere; this is its authors' own place for them.
    Files.delete(folder.resolve("inc/preload.php"));
    Files.createDirectories(folder.resolve("conf"));
    copy(SETTINGS, folder.resolve("conf"));
    for (String name :
        List.of(
            "attic cache index locks log media media_attic media_meta meta pages tmp".split(" "))) {
      Files.createDirectories(folder.resolve("data").resolve(name));
    }
    server = RunningServer.serve(folder, "--php", "/usr/bin/php-cgi", "--max", 2);
  }

  /** What is behind links too; not what links lead nowhere, nor Debian's own settings. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else if (Files.exists(file) && !OF_DEBIAN.contains(file.getFileName().toString())) {
          Files.copy(file, copy);
        }
      }
    }
  }

  @AfterEach
  void stop() throws IOException {
    browser.close();
    if (server != null) {
      server.close();
    }
  }

  @Test
  void isInstalledAndAPageOfItIsWritten() throws Exception {
    assertThat(server.said().getFirst()).contains("recognised as a PHP application by index.php");
    assertThat(
            post(
                "/install.php",
                Map.ofEntries(
                    Map.entry("l", "en"),
                    Map.entry("d[title]", "Pool & more"),
                    Map.entry("d[acl]", "on"),
                    Map.entry("d[superuser]", "admin"),
                    Map.entry("d[fullname]", "Jürgen"),
                    Map.entry("d[email]", "admin@example.com"),
                    Map.entry("d[password]", "carpool-1"),
                    Map.entry("d[confirm]", "carpool-1"),
                    Map.entry("d[policy]", "2"),
                    Map.entry("d[license]", "0"),
                    Map.entry("submit", ""))))
        .contains("The configuration was finished successfully.");

    assertThat(get("/doku.php?id=start&do=edit")).contains("Permission Denied");
    assertThat(
            post(
                "/doku.php?id=start",
                Map.of("id", "start", "do", "login", "u", "admin", "p", "carpool-1")))
        .isEmpty();
    String form = get("/doku.php?id=start&do=edit");
    Matcher token = TOKEN.matcher(form);
    assertThat(token.find()).as(form).isTrue();
    assertThat(
            post(
                "/doku.php?id=start",
                Map.ofEntries(
                    Map.entry("sectok", token.group(1)),
                    Map.entry("id", "start"),
                    Map.entry("rev", "0"),
                    Map.entry("prefix", "."),
                    Map.entry("target", "section"),
                    Map.entry("wikitext", "Ein **Übergang** " + "x".repeat(200_000)),
                    Map.entry("summary", "first"),
                    Map.entry("do[save]", "1"))))
        .isEmpty();
    assertThat(get("/doku.php?id=start"))
        .contains("Ein <strong>Übergang</strong> xxx")
        .contains("Jürgen");
    assertThat(get("/doku.php/start?do=revisions")).contains("first");

    assertThat(get("/lib/exe/css.php?t=dokuwiki")).contains("body");
    assertThat(server.get("/lib/images/blank.gif").headers().firstValue("Content-Type"))
        .contains("image/gif");
    assertThat(server.get("/data/pages/start.txt").body()).doesNotContain("Übergang");
    assertThat(server.get("/conf/users.auth.php").body())
        .doesNotContain("admin"); // run, and not shown
    assertThat(server.log()).doesNotContain("Fatal", "ERROR");
  }

  private String get(String path) throws Exception {
    HttpResponse<String> page =
        browser.send(server.request(path).build(), BodyHandlers.ofString(UTF_8));
    assertThat(page.statusCode()).as(path).isIn(200, 403);
    return page.body();
  }

  /** What comes back; empty for a redirect. */
  private String post(String path, Map<String, String> fields) throws Exception {
    List<String> words =
        fields.entrySet().stream()
            .map(
                field ->
                    URLEncoder.encode(field.getKey(), UTF_8)
                        + "="
                        + URLEncoder.encode(field.getValue(), UTF_8))
            .toList();
    HttpResponse<String> answer =
        browser.send(
            server
                .request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(Joiner.on('&').join(words)))
                .build(),
            BodyHandlers.ofString(UTF_8));
    assertThat(answer.statusCode()).as(path).isIn(200, 302);
    return answer.statusCode() == 302 ? "" : answer.body();
  }
}
