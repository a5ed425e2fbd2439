package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that is written while it is served. */
class DevelopmentIT {

  private static final String HTML = "text/html,application/xhtml+xml";
  private static final String APP =
      """
      import pages


      def application(environ, start_response):
          start_response("200 OK", [("Content-Type", "text/plain")])
          return [%s + pages.SIGNATURE]
      """;

  @TempDir Path folder;

  private Path root;

  @BeforeEach
  void anApplication() throws IOException {
    root = Files.createDirectory(folder.resolve("blog"));
    says("first");
    signs("me");
  }

  private void says(String word) throws IOException {
    write("wsgi.py", APP.formatted("b\"" + word + " by \""));
  }

  private void signs(String name) throws IOException {
    write("pages.py", "SIGNATURE = b\"" + name + "\"\n");
  }

  /** As editors do: at no moment is there half a file. */
  private void write(String name, String text) throws IOException {
    Path written = Files.writeString(root.resolve("." + name + ".new"), text);
    Files.move(written, root.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /** What somebody sees who needs longer than 300 ms to get to the browser. */
  private static HttpResponse<String> look(RunningServer server) throws Exception {
    Thread.sleep(400);
    return server.get("/", "Accept", HTML);
  }

  private Path config(String environment, String spawn) throws IOException {
    return Files.writeString(
        folder.resolve("carpool.toml"),
        """
        %s
        [app.blog]
        root = "%s"
        spawn = "%s"
        min = 2
        listen = ["http:127.0.0.1:0"]
        """
            .formatted(environment, root, spawn));
  }

  @ParameterizedTest
  @ValueSource(strings = {"smart", "direct"})
  void theNextRequestIsServedByNewCodeWithOrWithoutAPreloader(String spawn) throws Exception {
    Path file = config("environment = \"development\"", spawn);
    try (RunningServer server = RunningServer.configured(file)) {
      assertThat(server.get("/").body()).isEqualTo("first by me");

      for (int i = 0; i < 3; i++) {
        says("again " + "and again ".repeat(i));
        assertThat(look(server).body()).isEqualTo("again " + "and again ".repeat(i) + " by me");
        signs("you".repeat(i + 1));
        assertThat(look(server).body()).endsWith(" by " + "you".repeat(i + 1));
        signs("me");
        assertThat(look(server).body()).endsWith(" by me");
      }

      assertThat(server.log())
          .contains("restarting blog: wsgi.py has changed\n")
          .contains("restarting blog: pages.py has changed\n");
      assertThat(server.log().lines().filter(line -> line.contains("restarting blog"))).hasSize(9);
    }
  }

  @Test
  void aMistakeIsShownInTheBrowserAndWhenItIsMendedTheNextRequestWorks() throws Exception {
    try (RunningServer server = RunningServer.serve(root)) {
      assertThat(server.get("/").body()).isEqualTo("first by me");

      for (int i = 0; i < 3; i++) {
        write("pages.py", "x = 1\nSIGNATURE = = b\"" + i + "\"\n");
        HttpResponse<String> page = look(server);
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.body())
            .contains("The application <em>blog</em> could not be started")
            .contains("SyntaxError: invalid syntax")
            .contains(root.resolve("pages.py") + "&quot;, line 2");
        assertThat(look(server).statusCode()).as("as it was").isEqualTo(503);

        signs("me, " + i);
        assertThat(look(server).body()).isEqualTo("first by me, " + i);
      }
      assertThat(server.log()).contains("restarting blog: pages.py has changed");
    }
  }

  @Test
  void whatTheApplicationWritesItselfRestartsNothing() throws Exception {
    try (RunningServer server = RunningServer.serve(root, "--max", 1)) {
      server.get("/");
      Files.writeString(root.resolve("visits.db"), "1");
      Files.createDirectories(root.resolve("public"));
      Files.writeString(root.resolve("public/style.css"), "p {}");
      assertThat(look(server).body()).isEqualTo("first by me");
      assertThat(look(server).body()).isEqualTo("first by me");
      assertThat(server.log()).doesNotContain("restarting");
    }
  }

  @Test
  void inProductionNothingIsWatched() throws Exception {
    try (RunningServer server = RunningServer.configured(config("", "smart"))) {
      assertThat(server.get("/").body()).isEqualTo("first by me");
      says("second");
      assertThat(look(server).body()).isEqualTo("first by me");
    }
    try (RunningServer server = RunningServer.serve(root, "--environment", "production")) {
      assertThat(server.get("/").body()).isEqualTo("second by me");
      says("third");
      assertThat(look(server).body()).isEqualTo("second by me");
      write("wsgi.py", "import nothing\n");
      assertThat(look(server).body()).isEqualTo("second by me");
    }
    try (RunningServer server = RunningServer.serve(root, "--environment", "production")) {
      assertThat(look(server).body())
          .contains("The application could not be started")
          .doesNotContain("ModuleNotFoundError")
          .doesNotContain("wsgi");
    }
  }

  @Test
  void aServerThatIsToldToReadItsFileAgainWatchesFromThenOn() throws Exception {
    Path file = config("", "smart");
    try (RunningServer server = RunningServer.configured(file)) {
      assertThat(server.get("/").body()).isEqualTo("first by me");
      config("environment = \"development\"", "smart");
      server.signal("HUP");
      server.awaitLog("the configuration was reloaded");
      says("second");
      assertThat(look(server).body()).isEqualTo("second by me");
    }
  }
}
