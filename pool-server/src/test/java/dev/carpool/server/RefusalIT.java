package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a visitor sees when the application cannot answer. */
class RefusalIT {

  private static final String HTML = "text/html,application/xhtml+xml";

  @TempDir private Path directory;

  @Test
  void aFullRoomIs503AndTooLongAWaitIs504() throws Exception {
    Path config =
        config(
            """
            [pool]
            max = 1
            queue_max = 1
            queue_timeout = "2s"
            """,
            RunningServer.APPS.resolve("plain"));
    try (RunningServer server = RunningServer.serve("-c", config)) {
      await("the first process").until(() -> server.get("/").statusCode() == 200);
      Map<String, Long> descriptors = server.descriptors();
      CompletableFuture<HttpResponse<String>> busy = later(server, "/sleep?s=4");
      server.awaitFigure("active", 1);
      CompletableFuture<HttpResponse<String>> waiting = later(server, "/");
      server.awaitFigure("waiting", 1);

      HttpResponse<String> full = server.get("/", "Accept", HTML);
      assertThat(full.statusCode()).isEqualTo(503);
      assertThat(full.headers().firstValueAsLong("Retry-After").orElseThrow()).isBetween(1L, 10L);
      assertThat(full.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
      assertThat(full.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(full.body())
          .contains("<h1>Too busy</h1>")
          .contains("So many requests are waiting already that yours could not be added.");

      HttpResponse<String> late = waiting.get();
      assertThat(late.statusCode()).isEqualTo(504);
      assertThat(late.body())
          .isEqualTo(
              "504 Waited too long\n\n"
                  + "No process of the application became free in time. Please try again.\n");

      assertThat(busy.get().statusCode()).isEqualTo(200);
      assertThat(server.get("/").statusCode()).isEqualTo(200);
      assertThat(server.figure("waiting")).isZero();
      assertThat(server.descriptors().get("pipe")).isEqualTo(descriptors.get("pipe"));
    }
  }

  @Test
  void aRoomOfNoneIs503AtOnce() throws Exception {
    try (RunningServer server =
        RunningServer.serve(RunningServer.APPS.resolve("plain"), "--max", 1, "--queue-max", 0)) {
      assertThat(server.get("/").statusCode())
          .as("who is started for, does not wait")
          .isEqualTo(200);
      CompletableFuture<HttpResponse<String>> busy = later(server, "/sleep?s=1");
      server.awaitFigure("active", 1);

      assertThat(server.get("/").statusCode()).isEqualTo(503);
      assertThat(busy.get().statusCode()).isEqualTo(200);
      assertThat(server.get("/").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aProcessThatDiesWithoutAnAnswerIs502AndTheNextRequestGetsAnother() throws Exception {
    try (RunningServer server =
        RunningServer.serve(RunningServer.APPS.resolve("plain"), "--max", 1)) {
      HttpResponse<String> dead = server.get("/die");
      assertThat(dead.statusCode()).isEqualTo(502);
      assertThat(dead.body())
          .isEqualTo("502 No answer\n\nThe application's process ended before it had answered.\n");
      server.awaitLog("was ended by SIGKILL");
      server.awaitLog(" ended its connection before it had answered");

      assertThat(server.get("/").statusCode()).isEqualTo(200);

      assertThatThrownBy(() -> server.get("/die-late"))
          .as("half a response is never taken for a whole one")
          .isInstanceOf(IOException.class);
      server.awaitLog("GET /die-late: process");

      HttpResponse<String> boom = server.get("/boom");
      assertThat(boom.statusCode()).isEqualTo(500);
      assertThat(boom.body()).contains("The application failed; its log says why.");
      server.awaitLog("ValueError: boom on purpose");
      server.awaitLog("GET /boom failed");
    }
  }

  @Test
  void aFailedStartIsAReportInDevelopmentAndAnIdInProduction() throws Exception {
    Path app = RunningServer.APPS.resolve("misbehaving/raises-at-import");
    try (RunningServer server = RunningServer.serve(app)) {
      HttpResponse<String> page = server.get("/", "Accept", HTML);
      assertThat(page.statusCode()).isEqualTo(503);
      assertThat(page.headers().firstValue("Retry-After")).isPresent();
      assertThat(page.body())
          .contains("The application <em>raises-at-import</em> could not be started")
          .contains("KeyError: &#39;database&#39;")
          .contains("import wsgi")
          .contains("reading the settings")
          .contains("wsgi.py&quot;, line 3");
      assertThat(server.get("/").body())
          .startsWith("Cannot start application 'raises-at-import': KeyError: 'database'\n");
      assertThat(server.status()).contains("last failure  KeyError: 'database'");
    }
    try (RunningServer server = RunningServer.serve("-c", config("", app))) {
      for (String accept : List.of(HTML, "*/*")) {
        HttpResponse<String> page = server.get("/", "Accept", accept);
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.body())
            .contains("The application could not be started")
            .doesNotContain("KeyError")
            .doesNotContain("wsgi");
        Matcher report = Pattern.compile("Report (\\w{8})\\.").matcher(page.body());
        assertThat(report.find()).isTrue();
        server.awaitLog("Report " + report.group(1) + " of ");
      }
    }
  }

  private Path config(String pool, Path root) throws IOException {
    return Files.writeString(
        directory.resolve("carpool.toml"), pool + "\n[app.test]\nroot = \"" + root + "\"\n");
  }

  private static CompletableFuture<HttpResponse<String>> later(RunningServer server, String path) {
    return server.browser().sendAsync(server.request(path).build(), BodyHandlers.ofString());
  }
}
