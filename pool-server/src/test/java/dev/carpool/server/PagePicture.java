package dev.carpool.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No test, and so not found by its name: makes the picture of the admin page that the documentation
 * shows.
 */
class PagePicture {

  private static final int WIDTH = 1240;
  private static final int HEIGHT = 1420;
  private static final int SECONDS = 46;

  @TempDir Path temp;
  private final long began = System.nanoTime();
  private volatile boolean over;

  @Test
  void aPoolWithVisitors() throws Exception {
    Path file = temp.resolve("carpool.toml");
    Path plain = RunningServer.APPS.resolve("plain");
    Files.writeString(
        file,
        """
        [pool]
        max = 12
        queue_max = 60
        [admin]
        listen = "127.0.0.1:0"
        [app.shop]
        root = "%1$s"
        concurrency = 2
        max = 5
        listen = ["http:127.0.0.1:0", "scgi:unix:%3$s/shop.sock"]
        [app.blog]
        root = "%1$s"
        max = 3
        listen = ["http:127.0.0.1:0"]
        [app.wiki]
        root = "%1$s"
        min = 1
        [app.forum]
        root = "%2$s"
        listen = ["http:127.0.0.1:0"]
        """
            .formatted(plain, RunningServer.APPS.resolve("misbehaving/raises-at-import"), temp));
    try (Chromium browser = Chromium.start();
        RunningServer server = RunningServer.configured(file);
        Chromium.Tab tab = browser.open(server.adminUrl())) {
      // Where the applications are on this machine is nobody's business.
      var _ =
          tab.tell(
              "(real => { show = status => { status.apps.forEach(a => { a.root = '/srv/' + a.name; });"
                  + " status.listeners.forEach(l => { l.address = l.address.replace(/unix:.*\\//, 'unix:/run/'); });"
                  + " real(status); }; })(show)");
      var _ = tab.tell("document.documentElement.style.overflow = 'hidden'");
      tab.prefer("light");
      byte[] _ = tab.picture(WIDTH, HEIGHT);
      visit(server, server.uri("/"), 15, 0.02, 0.22);
      visit(server, URI.create(server.awaitSaid("Carpool serves blog at")), 5, 0.1, 0.5);
      visit(server, URI.create(server.awaitSaid("Carpool serves forum at")), 1, 0, 0);
      Thread.sleep(1000L * SECONDS);
      HttpRequest restart =
          HttpRequest.newBuilder(URI.create(server.adminUrl() + "restart"))
              .header("Authorization", "Bearer " + Files.readString(server.adminToken()).strip())
              .POST(HttpRequest.BodyPublishers.ofString("shop"))
              .build();
      var _ = server.browser().send(restart, BodyHandlers.discarding());
      Thread.sleep(400);
      byte[] picture = tab.picture(WIDTH, HEIGHT);
      over = true;
      Path target = Path.of(System.getProperty("carpool.picture", ""));
      Files.createDirectories(target.toAbsolutePath().getParent());
      Files.write(target, picture);
    }
  }

  /** Visitors who come again and again, in waves. */
  private void visit(RunningServer server, URI root, int visitors, double least, double most) {
    Random random = new Random(7);
    for (int i = 0; i < visitors; i++) {
      int number = i;
      Thread.ofVirtual()
          .start(
              () -> {
                while (!over) {
                  if (least == 0) {
                    pause(1500); // who asks for what does not start is patient
                  }
                  boolean high = (System.nanoTime() - began) / 1_000_000_000L % 20 < 15;
                  if (high || number % 3 == 0) {
                    go(
                        server,
                        root.resolve(
                            "/sleep?s=%.3f".formatted(random.nextDouble(least, most + 0.001))));
                  }
                  pause(random.nextInt(high ? 60 : 300));
                }
              });
    }
  }

  private static void go(RunningServer server, URI uri) {
    try {
      var _ = server.browser().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
    } catch (IOException | InterruptedException e) {
      pause(200); // the server is ending
    }
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
