package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Session;
import dev.carpool.api.SpawnMethod;
import dev.carpool.spawn.HelperSpawner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All applications of a machine are asked for at once, as after its boot. */
final class LivePoolStormIT {

  private static final Path HELPERS = Path.of("..", "spawn-helpers").toAbsolutePath().normalize();
  private static final int APPS = 40;
  private static final int MAX_SPAWNING = 3;

  @Test
  void noMoreThanMaxSpawningStartAtAnyInstantAndAllAreServed(@TempDir Path folder)
      throws Exception {
    PoolLimits limits = new PoolLimits(APPS, 0, Duration.ZERO, MAX_SPAWNING, APPS);
    LivePool pool =
        new LivePool(
            limits, (listener, loop) -> new HelperSpawner(HELPERS, listener, loop), "storm");
    List<CompletableFuture<Session>> requests = new ArrayList<>();
    for (int i = 0; i < APPS; i++) {
      requests.add(pool.request(small(folder.resolve("app" + i)), Duration.ofMinutes(2)));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(requests.toArray(CompletableFuture[]::new));
    int most = 0;
    while (!all.isDone()) {
      most = Math.max(most, starting(pool.status()));
      TimeUnit.MILLISECONDS.sleep(2);
    }
    assertThat(most).isEqualTo(MAX_SPAWNING);
    assertThat(pool.count()).isEqualTo(APPS);
    for (CompletableFuture<Session> request : requests) {
      request.get().close();
    }
    pool.shutDown(Duration.ofSeconds(5)).get(1, TimeUnit.MINUTES);
    pool.close();
  }

  private static AppSpec small(Path root) throws Exception {
    Files.createDirectories(root);
    Files.writeString(
        root.resolve("wsgi.py"),
        """
        def application(environ, start_response):
            start_response("200 OK", [])
            return [b"small"]
        """);
    return AppSpec.ofRoot(root).withKind(AppKind.WSGI).withSpawn(SpawnMethod.DIRECT);
  }

  private static int starting(PoolStatus status) {
    return (int)
        status.apps().stream()
            .flatMap(app -> app.processes().stream())
            .filter(process -> process.state().equals("starting"))
            .count();
  }
}
