package dev.carpool.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.LogEar;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.SpawnMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What real processes may use, and what happens when they use more. */
@Timeout(60)
final class ProcessLimitsIT {

  private static final long MIB = 1 << 20;
  private static final PoolLimits TWO = PoolLimits.DEFAULT.withMax(2);

  private LogEar log = LogEar.listening();

  @BeforeAll
  static void warmUp() throws IOException {
    FrontIT.warmUp();
  }

  @BeforeEach
  void listen() {
    log.close();
    log = LogEar.listening();
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  private static FrontScene scene(AppLimits limits) throws IOException {
    return scene(FrontScene.APP.withLimits(limits));
  }

  private static FrontScene scene(AppSpec app) throws IOException {
    return new FrontScene(TWO, app, Duration.ofSeconds(30));
  }

  private static long pid(ScgiClient.Response response) {
    assertThat(response.status()).isEqualTo(200);
    return Long.parseLong(response.body().split(" ")[0]);
  }

  private void awaitLog(String pattern) {
    await(pattern)
        .atMost(Duration.ofSeconds(10))
        .until(() -> log.lines().stream().anyMatch(line -> line.matches("(?s)" + pattern)));
  }

  @Test
  void aSlowRequestIsLoggedOnceWithWhatItDoesAndServed() throws IOException {
    try (FrontScene scene = scene(AppLimits.NONE.withSlowRequestTime(Duration.ofMillis(200)))) {
      pid(scene.get("/sleep/1"));
      awaitLog("WARN .* GET /sleep/1 at process [0-9]+ of front has taken [2-9][0-9]{2}ms; .*");
      awaitLog("INFO app.front .*wsgi.py\", line [0-9]+ in application");
      pid(scene.get("/sleep/0"));
      assertThat(log.lines().stream().filter(line -> line.contains("has taken"))).hasSize(1);
    }
  }

  @Test
  void aRunningRequestIsNamedWithItsMethodAndPath() throws IOException {
    try (FrontScene scene = scene(AppLimits.NONE);
        ScgiClient client = scene.unix().send("/sleep/1")) {
      await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () ->
                  scene.pool.requests().stream()
                      .map(running -> running.app() + ": " + running.what())
                      .toList()
                      .equals(List.of("front: GET /sleep/1")));
      assertThat(scene.pool.requests().getFirst().pid()).isEqualTo(pid(client.response()));
    }
  }

  @Test
  void whoTakesTooLongGetsA504AndTheProcessIsReplaced() throws IOException {
    AppLimits limits = AppLimits.NONE.withMaxRequestTime(Duration.ofMillis(300));
    try (FrontScene scene = scene(limits)) {
      long began = System.nanoTime();
      ScgiClient.Response late = scene.get("/sleep/30");
      assertThat(late.status()).isEqualTo(504);
      assertThat(late.body()).startsWith("504 Took too long");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
      awaitLog("WARN .* GET /sleep/30 at process [0-9]+ of front is over max_request_time; .*");
      awaitLog("INFO app.front .*wsgi.py\", line [0-9]+ in application");
      pid(scene.get("/"));
    }
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void oneThatIsStuckInCShowsWhereAndIsEnded(SpawnMethod spawn) throws IOException {
    AppLimits limits = AppLimits.NONE.withMaxRequestTime(Duration.ofMillis(300));
    try (FrontScene scene = scene(FrontScene.APP.withSpawn(spawn).withLimits(limits))) {
      assertThat(scene.get("/stuck-in-c").status()).isEqualTo(504);
      awaitLog("WARN .* GET /stuck-in-c at process .*");
      awaitLog("INFO app.front .*wsgi.py\", line [0-9]+ in application");
      pid(scene.get("/"));
    }
  }

  @Test
  void aProcessThatUsesTooMuchMemoryFinishesAndIsReplaced() throws IOException {
    try (FrontScene scene = scene(AppLimits.NONE.withMemory(80 * MIB))) {
      long modest = pid(scene.get("/eat/1"));
      assertThat(pid(scene.get("/eat/100"))).isEqualTo(modest);
      scene.awaitStatus("its end", status -> pids(status).stream().noneMatch(p -> p == modest));
      pid(scene.get("/"));
      awaitLog("INFO .*exited with status 0 \\(uses 1[0-9]{2} MiB, above memory_limit = 80 MiB\\)");
    }
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void aProcessThatEatsAllIsKilledWhileItServes(SpawnMethod spawn) throws IOException {
    AppLimits limits = AppLimits.NONE.withHardMemory(150 * MIB);
    try (FrontScene scene = scene(FrontScene.APP.withSpawn(spawn).withLimits(limits))) {
      assertThat(scene.get("/eat-on").status()).isEqualTo(502);
      pid(scene.get("/"));
      awaitLog("INFO .*SIGTERM \\(uses [0-9]+ MiB, above hard_memory_limit = 150 MiB\\)");
    }
  }

  private static List<Long> pids(PoolStatus status) {
    return status.apps().getFirst().processes().stream().map(PoolStatus.Process::pid).toList();
  }

  @Test
  void aProcessIsReplacedAfterItsRequests() throws IOException {
    try (FrontScene scene = scene(AppLimits.NONE.withMaxRequests(10))) {
      Set<Long> pids = new HashSet<>();
      await("three processes")
          .atMost(Duration.ofSeconds(10))
          .pollInterval(Duration.ofMillis(2))
          .until(() -> pids.add(pid(scene.get("/"))) && pids.size() == 3);
      awaitLog("INFO .* exited with status 0 \\(max_requests\\)");
    }
  }

  @Test
  void oneProcessServesAsManyAtOnceAsItsConcurrency() throws IOException {
    try (FrontScene scene = scene(FrontScene.APP.withConcurrency(4))) {
      long pid = pid(scene.get("/"));
      List<ScgiClient> clients = new ArrayList<>();
      long began = System.nanoTime();
      for (int i = 0; i < 4; i++) {
        clients.add(scene.unix().send("/sleep/0.5"));
      }
      for (ScgiClient client : clients) {
        assertThat(pid(client.response())).isEqualTo(pid);
        client.close();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1500));
    }
  }
}
