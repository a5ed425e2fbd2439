package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.spawn.OpenFolder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What root gets who simply serves a folder of root's. */
class SwitchedServerIT {

  private OpenFolder open;
  private Path app;

  @BeforeEach
  void aGuestbookOfRoot() throws Exception {
    OpenFolder.assumeRoot();
    open = new OpenFolder();
    app = open.folder("srv/guestbook");
    try (Stream<Path> files = Files.list(Path.of("../examples/guestbook"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        OpenFolder.file(app.resolve(file.getFileName()), Files.readString(file));
      }
    }
  }

  @AfterEach
  void close() throws Exception {
    if (open != null) {
      open.close();
    }
  }

  @Test
  void anExampleOfRootWorksAndItIsSaidAsWhomItRuns() throws Exception {
    try (RunningServer server = RunningServer.serveAsInstalled(open.helpers(), app)) {
      HttpResponse<String> signed =
          server.send(
              server
                  .request("/api/entries")
                  .POST(BodyPublishers.ofString("{\"name\": \"Ada\", \"message\": \"Hello\"}")));

      assertThat(signed.statusCode()).isEqualTo(201);
      assertThat(app.resolve("data")).doesNotExist();
      assertThat(server.log())
          .containsOnlyOnce(
              "guestbook runs as user nobody, since %s belongs to root; user = \"...\" in"
                      .formatted(app.resolve("wsgi.py").toRealPath())
                  + " carpool.toml changes that, or CARPOOL_DEFAULT_USER in the server's environment");
    }
  }

  @Test
  void oneThatNobodyCanReadIsReportedWithTheFolderInTheWay() throws Exception {
    OpenFolder.mode(open.folder("srv"), "rwx------");
    try (RunningServer server = RunningServer.serveAsInstalled(open.helpers(), app)) {
      HttpResponse<String> page = server.get("/");

      assertThat(page.statusCode()).isEqualTo(503);
      assertThat(page.body())
          .contains("user nobody cannot enter")
          .contains(app.resolveSibling("").normalize() + " (drwx------ root root), its root")
          .contains("user = ");
    }
  }
}
