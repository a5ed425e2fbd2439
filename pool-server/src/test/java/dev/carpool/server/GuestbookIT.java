package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README, as a visitor uses it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuestbookIT {

  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    Path app = directory.resolve("guestbook"); // a copy, so that the test's entries stay its own
    copy(Path.of("../examples/guestbook"), app);
    server = RunningServer.serve(app);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!file.startsWith(from.resolve("data"))) {
          Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
      }
    }
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  @Test
  void aVisitorSignsAndSeesTheEntry() throws Exception {
    HttpResponse<String> signed =
        server.send(
            server
                .request("/")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("name=Ada&message=Hello+%3Cyou%3E")));

    assertThat(signed.statusCode()).isEqualTo(303);
    assertThat(signed.headers().firstValue("Location")).contains("/");
    assertThat(server.get("/").body()).contains("Hello &lt;you&gt;").contains("Ada");
  }

  @Test
  void theEntriesAreJsonToo() throws Exception {
    HttpResponse<String> added =
        server.send(
            server
                .request("/api/entries")
                .POST(BodyPublishers.ofString("{\"name\": \"Grace\", \"message\": \"by JSON\"}")));

    assertThat(added.statusCode()).isEqualTo(201);
    HttpResponse<String> all = server.get("/api/entries");
    assertThat(all.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(all.body()).contains("\"message\": \"by JSON\"");
  }

  @Test
  void aFileOfPublicComesWithoutAProcess() throws Exception {
    HttpResponse<String> style = server.get("/style.css");

    assertThat(style.statusCode()).isEqualTo(200);
    assertThat(style.headers().firstValue("Content-Type")).contains("text/css");
    assertThat(style.body())
        .isEqualTo(Files.readString(Path.of("../examples/guestbook/public/style.css")));
  }

  @Test
  void whatIsNotThereIsTheApplicationsPage() throws Exception {
    assertThat(server.get("/nothing").statusCode()).isEqualTo(404);
    assertThat(server.get("/nothing").body()).contains("There is no such page here.");
    assertThat(server.get("/../wsgi.py").body()).doesNotContain("sqlite3");
    assertThat(server.get("/%2e%2e/wsgi.py").body()).doesNotContain("sqlite3");
  }
}
