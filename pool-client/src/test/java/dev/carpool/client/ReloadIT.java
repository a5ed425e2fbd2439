package dev.carpool.client;

import static dev.carpool.client.ServerUnderTest.ECHO;
import static dev.carpool.client.ServerUnderTest.SOON;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HUP to the bare server, which serves nobody but those who ask by its socket. */
class ReloadIT {

  @TempDir private Path folder;

  private Path configuration(int max) throws Exception {
    return Files.writeString(
        folder.resolve("carpool.toml"),
        """
        [pool]
        max = %d
        [app.echo]
        root = "%s"
        listen = ["scgi:unix:%s"]
        """
            .formatted(max, ECHO, socket()));
  }

  private Path socket() {
    return folder.resolve("x.sock");
  }

  @Test
  void changesTheLimitsAndStillListensNowhere() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start("-c", configuration(3).toString());
        RemotePool client = server.connect()) {
      assertThat(client.status().limits().max()).isEqualTo(3);
      var ignored = configuration(5);
      server.kill("HUP");

      await()
          .atMost(SOON.toSeconds(), SECONDS)
          .until(() -> server.log().toString().contains("the configuration was reloaded"));
      assertThat(client.status().limits().max()).isEqualTo(5);
      assertThat(socket()).doesNotExist();
    }
  }
}
