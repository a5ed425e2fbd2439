package dev.carpool.client;

import static dev.carpool.client.ServerUnderTest.ECHO;
import static dev.carpool.client.ServerUnderTest.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How a server ends, and what is left then: nothing. */
class StoppingIT {

  private ServerUnderTest server;
  private RemotePool client;
  private List<Long> processes = List.of();

  @BeforeEach
  void aServer() throws Exception {
    server = ServerUnderTest.start("--max", "4");
    client = server.connect();
  }

  @AfterEach
  void end() {
    client.close();
    server.close();
  }

  @Nested
  class Killed {

    @Test
    void itLeavesNoProcessAfterTwoSecondsWhetherBusyOrIdle() throws Exception {
      CompletableFuture<String> busy = exchange("/sleep/600");
      CompletableFuture<String> busyToo = exchange("/sleep/601");
      idleProcess();
      processes(3);

      long killed = System.nanoTime();
      server.kill("KILL");

      await().atMost(2, TimeUnit.SECONDS).until(() -> living().isEmpty());
      System.out.printf(
          "3 processes were gone %.0f ms after the server was killed%n",
          (System.nanoTime() - killed) / 1e6);
      assertThat(server.exitStatus(SOON)).isEqualTo(128 + 9);
      assertThat(busy).succeedsWithin(SOON).asString().doesNotContain("200 OK");
      assertThat(busyToo).succeedsWithin(SOON).asString().doesNotContain("200 OK");
    }

    @Test
    void theNextServerStartsInWhatIsLeftOfItsRuntimeDirectory() throws Exception {
      server.kill("KILL");
      assertThat(server.exitStatus(SOON)).isEqualTo(128 + 9);
      assertThat(server.runtimeDirectory().resolve("admin.sock")).exists();

      try (ServerUnderTest next = ServerUnderTest.startIn(server.runtimeDirectory());
          RemotePool toNext = next.connect()) {
        assertThat(ServerUnderTest.exchange(toNext, ECHO, "/again")).contains("GET /again 0");
        try (RemotePool admin =
            RemotePool.connect(next.runtimeDirectory().resolve("admin.sock"), "test")) {
          assertThat(admin.serverPid()).isEqualTo(next.pid());
        }
      }
    }
  }

  @Nested
  class Told {

    @Test
    void byTermItFinishesWhatRunsAndRefusesWhatIsNew() throws Exception {
      CompletableFuture<String> busy = exchange("/sleep/3");
      idleProcess();
      processes(2);

      server.kill("TERM");

      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> client.get(AppSpec.ofRoot(ECHO), SOON).close())
                      .isInstanceOf(PoolException.ShuttingDown.class));
      assertThat(busy).isNotDone();
      assertThat(busy).succeedsWithin(SOON).asString().contains("GET /sleep/3 0");
      assertThat(server.exitStatus(SOON)).isZero();
      assertThat(living()).isEmpty();
      assertThat(server.runtimeDirectory().resolve("admin.sock")).doesNotExist();
      assertThat(server.runtimeDirectory().resolve("status.fifo")).doesNotExist();
    }

    @Test
    void byASecondTermItBreaksOffWhatRuns() throws Exception {
      CompletableFuture<String> busy = exchange("/sleep/600");
      processes(1);
      server.kill("TERM");
      await().atMost(SOON).until(() -> client.status().shuttingDown());

      long second = System.nanoTime();
      server.kill("TERM");

      assertThat(server.exitStatus(SOON)).isZero();
      System.out.printf(
          "a server with a busy process ended %.0f ms after a second TERM%n",
          (System.nanoTime() - second) / 1e6);
      assertThat(Duration.ofNanos(System.nanoTime() - second)).isLessThan(Duration.ofSeconds(5));
      assertThat(living()).isEmpty();
      assertThat(busy).succeedsWithin(SOON).asString().doesNotContain("200 OK");
    }

    @Test
    void onItsAdminSocketItStopsAsWell() throws Exception {
      idleProcess();
      processes(1);
      try (RemotePool admin =
          RemotePool.connect(server.runtimeDirectory().resolve("admin.sock"), "test")) {
        admin.stop();
      }
      assertThat(server.exitStatus(SOON)).isZero();
      assertThat(living()).isEmpty();
    }
  }

  @Nested
  class Forgotten {

    @Test
    void itFinishesWhatRunsWhenNobodyHoldsItsSocketAnyMore() throws Exception {
      CompletableFuture<String> busy = exchange("/sleep/1");
      processes(1);
      assertThat(server.process().shutDown()).isZero();
      assertThat(busy).succeedsWithin(SOON).asString().contains("GET /sleep/1 0");
      assertThat(living()).isEmpty();
    }
  }

  @Test
  void aSecondServerInTheSameRuntimeDirectorySaysWhoIsThere() throws Exception {
    Path directory = server.runtimeDirectory();
    try (ServerUnderTest second = ServerUnderTest.startIn(directory)) {
      assertThat(second.exitStatus(SOON)).isEqualTo(1);
      assertThat(second.process().lastLines())
          .singleElement()
          .asString()
          .contains(
              "Carpool (pid " + server.pid() + ") runs already in " + directory, "--runtime-dir");
    }
    assertThat(Files.exists(directory.resolve("admin.sock"))).isTrue();
    assertThat(ServerUnderTest.exchange(client, ECHO, "/still")).contains("GET /still 0");
  }

  /** A request under way, with the whole response or what there was of it. */
  private CompletableFuture<String> exchange(String path) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return ServerUnderTest.exchange(client, ECHO, path);
          } catch (Exception e) {
            return e.toString();
          }
        },
        task -> Thread.ofPlatform().daemon(true).start(task));
  }

  private void idleProcess() throws Exception {
    assertThat(ServerUnderTest.exchange(client, ECHO, "/idle")).contains("200 OK");
  }

  /**
   * Waits until the server has so many processes that are ready; remembers them and the preloader.
   */
  private void processes(int count) {
    await()
        .atMost(SOON)
        .until(client::status, status -> status.expecting() == 0 && status.count() == count);
    processes = ServerCensus.descendants(server.pid());
    assertThat(processes).hasSize(count + 1);
  }

  private List<Long> living() {
    return processes.stream().filter(ServerCensus::isAlive).toList();
  }
}
