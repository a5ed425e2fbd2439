package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The admin page in a real browser, over a real server with real processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageIT {

  private static final int ENTER = 13;

  @TempDir static Path temp;
  private Chromium browser;
  private RunningServer server;
  private Chromium.@Nullable Tab open;

  @BeforeAll
  void start() throws Exception {
    browser = Chromium.start();
    Path file = temp.resolve("carpool.toml");
    Files.writeString(
        file,
        """
        [pool]
        max = 2
        queue_max = 7
        [admin]
        listen = "127.0.0.1:0"
        [app.plain]
        root = "%s"
        listen = ["http:127.0.0.1:0"]
        """
            .formatted(RunningServer.APPS.resolve("plain")));
    server = RunningServer.configured(file);
  }

  @AfterAll
  void stop() throws IOException {
    try (Chromium _ = browser) {
      if (server != null) {
        server.close();
      }
    }
  }

  private String token() throws IOException {
    return Files.readString(server.adminToken()).strip();
  }

  private Chromium.Tab visit(String url) throws Exception {
    open = browser.open(url);
    return open;
  }

  @AfterEach
  void closeTheTab() {
    if (open != null) {
      open.close();
    }
  }

  private void awaitTiles(String state, int count) {
    await(count + " tiles are " + state)
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(Objects.requireNonNull(open).count("#tiles [data-state=" + state + "]"))
                    .isEqualTo(count));
  }

  private void awaitText(String selector, String words) {
    await(selector + " says " + words)
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> assertThat(Objects.requireNonNull(open).text(selector)).contains(words));
  }

  @Test
  void placesFillAndEmptyAsRequestsComeAndGo() throws Exception {
    Chromium.Tab tab = visit(server.adminUrl());
    awaitText("#link", "live");
    assertThat(tab.count("#tiles li")).isGreaterThanOrEqualTo(2);

    List<CompletableFuture<HttpResponse<String>>> running =
        Stream.generate(
                () ->
                    server
                        .browser()
                        .sendAsync(server.request("/sleep?s=2").build(), BodyHandlers.ofString()))
            .limit(3)
            .toList();

    awaitTiles("busy", 2);
    awaitText("#room-words", "1 of 7 wait");
    assertThat(tab.count("#room .here")).isEqualTo(1);
    awaitText("#requests", "GET /sleep");
    assertThat(tab.tell("document.querySelector('[data-state=busy]').getAttribute('aria-label')"))
        .startsWith("plain, pid ")
        .contains("busy, 1 of 1 place taken");
    for (CompletableFuture<HttpResponse<String>> request : running) {
      assertThat(request.join().statusCode()).isEqualTo(200);
    }
    awaitTiles("busy", 0);
    awaitText("#room-words", "Nobody waits");
    awaitText("#apps", "plain");
    assertThat(tab.tell("document.documentElement.scrollWidth <= innerWidth")).isEqualTo("true");
    byte[] phone = tab.picture(360, 700);
    assertThat(phone).isNotEmpty();
    assertThat(tab.tell("document.documentElement.scrollWidth <= innerWidth"))
        .as("nothing is wider than a phone")
        .isEqualTo("true");
  }

  @Test
  void maxIsSetWithTheTokenAndItsReceiptIsShown() throws Exception {
    Chromium.Tab tab = visit(server.adminUrl() + "#token=" + token());
    awaitText("#link", "live");
    assertThat(tab.tell("location.hash + location.search")).isEmpty();
    assertThat(tab.text("#rights")).isEqualTo("This tab has the token and may change.");
    assertThat(tab.tell("document.querySelector('#max').value")).isEqualTo("2");

    tab.type("#max", "3");
    tab.press("Enter", ENTER);

    awaitText("#receipt", "max: 2 -> 3 (");
    await("a place more").until(() -> tab.count("#tiles li") == 3);
    assertThat(server.log())
        .containsPattern("audit.* page from 127.0.0.1:\\d+, with the token: max: 2 -> 3");
    tab.type("#max", "none");
    tab.press("Enter", ENTER);
    awaitText("#receipt", "max must be a whole number, but is 'none'");
    tab.type("#max", "2");
    tab.press("Enter", ENTER);
    awaitText("#receipt", "max: 3 -> 2 (");
  }

  @Test
  void withoutTheTokenNothingIsChanged() throws Exception {
    Chromium.Tab tab = visit(server.adminUrl());
    awaitText("#link", "live");
    tab.type("#queue_max", "1");
    tab.press("Enter", ENTER);
    await("the question")
        .until(() -> tab.tell("document.querySelector('#ask').open").equals("true"));
    tab.type("#token", "guessed");
    tab.press("Enter", ENTER);

    awaitText("#ask-words", "This is not the token in");

    assertThat(tab.tell("sessionStorage.length")).isEqualTo("0");
    var _ = tab.tell("document.querySelector('#ask [value=cancel]').click()");
    awaitText("#receipt", "Nothing was changed.");
    assertThat(tab.tell("document.querySelector('#queue_max').value")).isEqualTo("7");
    assertThat(server.log()).contains("with a wrong token: DENIED: POST /limits/queue_max");
  }

  @Test
  void aPageFromElsewhereCanDoNothing() throws Exception {
    String admin = server.adminUrl();
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          byte[] page = "<!doctype html><title>elsewhere</title><body>".getBytes(UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    other.start();
    try {
      // Another port of this machine: to a browser the same site, and another origin.
      Chromium.Tab tab = visit("http://127.0.0.1:" + other.getAddress().getPort() + "/");
      String post =
          "fetch('%slimits/queue_max', {method: 'POST', body: '1'%s}).then(r => r.type + r.status, () => 'blocked')";

      assertThat(tab.tell("fetch('" + admin + "status.json').then(r => r.text(), () => 'blocked')"))
          .isEqualTo("blocked");
      assertThat(
              tab.tell(
                  post.formatted(admin, ", headers: {Authorization: 'Bearer " + token() + "'}")))
          .isEqualTo("blocked");
      assertThat(tab.tell(post.formatted(admin, ", mode: 'no-cors'"))).isEqualTo("blocked");
      assertThat(
              tab.tell(
                  "new Promise(done => { const s = new EventSource('%sevents'); s.onmessage = () => done('heard');"
                          .formatted(admin)
                      + " s.onerror = () => done('blocked'); })"))
          .isEqualTo("blocked");
      assertThat(
              tab.tell(
                  "new Promise(done => { const f = document.createElement('iframe'); f.src = '%s';"
                          .formatted(admin)
                      + " f.onload = () => { try { done(f.contentDocument ? 'own' : 'blocked'); }"
                      + " catch (e) { done('blocked'); } }; document.body.append(f); })"))
          .isEqualTo("blocked");
      assertThat(server.status()).contains(" of 7");
      assertThat(server.log()).doesNotContain("queue_max: 7 ->");
    } finally {
      other.stop(0);
    }
  }

  @Test
  void inDevelopmentThePageIsThereAndSaysWhenTheServerIsGone() throws Exception {
    try (RunningServer other = RunningServer.serve(RunningServer.APPS.resolve("plain"))) {
      String url = other.awaitSaid("admin page");
      assertThat(url).matches("http://127\\.0\\.0\\.1:\\d+/#token=[0-9a-f]{64}");
      Chromium.Tab tab = visit(url);
      awaitText("#link", "live");
      assertThat(tab.text("#rights")).isEqualTo("This tab has the token and may change.");

      other.signal("TERM");

      assertThat(other.awaitEnd()).isZero();
      awaitText("#link", "not connected since");
      assertThat(tab.tell("document.body.classList.contains('stale')")).isEqualTo("true");
      assertThat(other.adminToken()).doesNotExist();
    }
  }
}
