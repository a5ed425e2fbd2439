package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a preloader stays that has nothing to fork, as the configuration says. */
class PreloaderIdleTimeIT {

  @TempDir private Path directory;

  private Path config(String most) throws IOException {
    return Files.writeString(
        directory.resolve("carpool.toml"),
        """
        [pool]
        max_preloader_idle_time = "%s"
        [app.plain]
        root = "%s"
        listen = "http:127.0.0.1:0"
        """
            .formatted(most, RunningServer.APPS.resolve("plain")));
  }

  @Test
  void itIsReadAtTheStartAndOnceMoreOnHup() throws Exception {
    try (RunningServer server = RunningServer.configured(config("0s"))) {
      String first = server.get("/").body();
      Thread.sleep(500); // to see nothing happen
      assertThat(server.log()).doesNotContain("(idle for ");

      config("100ms");
      server.signal("HUP");
      server.awaitLog("the configuration was reloaded");
      ProcessFacts.signal(Long.parseLong(first), "KILL");
      assertThat(server.get("/").body()).isNotEqualTo(first);
      server.awaitLog("(idle for 100ms)");
      assertThat(server.get("/").statusCode()).as("its process stays").isEqualTo(200);
    }
  }
}
