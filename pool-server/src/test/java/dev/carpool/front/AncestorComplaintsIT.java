package dev.carpool.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.SpawnMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What users of older pools complain of, where no other test has it: docs/RELIABILITY.md. */
@Timeout(60)
final class AncestorComplaintsIT {

  @BeforeAll
  static void warmUp() throws IOException {
    FrontIT.warmUp();
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void aRestartFileThatIsTouchedWhileNoProcessLivesCounts(SpawnMethod spawn, @TempDir Path root)
      throws Exception {
    write(root, "old");
    AppSpec app =
        FrontScene.app(root.toRealPath())
            .withSpawn(spawn)
            .withLimits(AppLimits.NONE.withMaxIdleTime(Duration.ofMillis(50)));
    try (FrontScene scene = new FrontScene(PoolLimits.DEFAULT, app, Duration.ofSeconds(30))) {
      scene.pool.configure(app);
      assertThat(scene.get("/").body()).isEqualTo("old");
      scene.awaitStatus("no process", status -> status.count() == 0);
      write(
          root, "renewed"); // of another length: Python keeps what it has compiled by time and size
      Files.createFile(Files.createDirectory(root.resolve("tmp")).resolve("restart.txt"));
      await("the new code")
          .atMost(Duration.ofSeconds(5))
          .until(() -> scene.get("/").body().equals("renewed") && generation(scene) == 2);
    }
  }

  private static int generation(FrontScene scene) {
    return scene.pool.status().apps().getFirst().generation();
  }

  private static void write(Path root, String answer) throws IOException {
    Files.writeString(
        root.resolve("wsgi.py"),
        """
        ANSWER = b"%s"


        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [ANSWER]
        """
            .formatted(answer));
  }

  @Test
  void aProcessWhoseClientWentAwayIsBusyUntilItHasAnswered() throws Exception {
    try (FrontScene scene = new FrontScene(PoolLimits.DEFAULT.withMax(1))) {
      assertThat(scene.get("/").status()).isEqualTo(200);
      long began = System.nanoTime();
      ScgiClient impatient = scene.unix().send("/sleep/0.6");
      scene.awaitStatus("it is served", status -> status.active() == 1);
      impatient.close();
      try (ScgiClient next = scene.unix().send("/")) {
        scene.awaitStatus("the next waits", status -> status.waiting() + status.expecting() == 1);
        assertThat(scene.pool.status().active()).isEqualTo(1);
        assertThat(next.response().body()).contains(" 3 ");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(590));
    }
  }
}
