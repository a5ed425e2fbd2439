package dev.carpool.client;

import static dev.carpool.client.ServerUnderTest.ECHO;
import static dev.carpool.client.ServerUnderTest.app;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An application that does not start is told to whoever wants it, with the reason. */
class BadAppsIT {

  private static ServerUnderTest server;
  private static Bystander bystander;
  private static ServerCensus before;

  @BeforeAll
  static void aServerWithAnApplicationThatWorks() throws Exception {
    server = ServerUnderTest.start("--max", "3");
    try (RemotePool first = server.connect()) {
      ServerUnderTest.exchange(first, ECHO, "/warm-up");
      before = server.censusAtRest(first); // with one client, as at the end
    }
    bystander = new Bystander(server);
  }

  @AfterAll
  static void theOtherApplicationNoticedNothing() throws Exception {
    bystander.assertUnharmed();
    assertThat(bystander.client().status().waiting()).isZero();
    server.assertSameAs(before, bystander.client());
    System.out.println("after bad applications: " + ServerCensus.of(server.pid()));
    bystander.close();
    assertThat(server.process().shutDown()).isZero();
  }

  @Test
  void aRootThatIsMissing() throws Exception {
    PoolException.SpawnFailed failure = failure(Path.of("/nowhere/at/all"), 10);

    assertThat(failure).hasMessageContaining("/nowhere/at/all");
  }

  @Test
  void aSyntaxError() throws Exception {
    PoolException.SpawnFailed failure = failure(app("syntax-error"), 10);

    assertThat(failure).hasMessageContaining("SyntaxError");
    assertThat(String.join("\n", failure.report().output())).contains("wsgi.py", "line 1");
  }

  @Test
  void anExitAtImport() throws Exception {
    PoolException.SpawnFailed failure = failure(app("exits-at-import"), 10);

    assertThat(failure.report().output()).contains("no database, no service");
  }

  @Test
  void aStartThatNeverEnds() throws Exception {
    long started = System.nanoTime();
    PoolException.SpawnFailed failure = failure(app("never-ready"), 1);

    assertThat((System.nanoTime() - started) / 1e9).isBetween(1.0, 4.0);
    assertThat(failure).hasMessageContaining("not ready after 1s");
    await()
        .atMost(Duration.ofSeconds(2))
        .untilAsserted(() -> assertThat(processesOf(failure.report().app())).isEmpty());
  }

  private static List<PoolStatus.Process> processesOf(String app) throws PoolException {
    return bystander.client().status().apps().stream()
        .filter(a -> a.name().equals(app))
        .flatMap(a -> a.processes().stream())
        .toList();
  }

  private static PoolException.SpawnFailed failure(Path root, int startTimeoutSeconds)
      throws Exception {
    AppSpec app = AppSpec.ofRoot(root).withStartTimeout(Duration.ofSeconds(startTimeoutSeconds));
    try (RemotePool client = server.connect()) {
      PoolException.SpawnFailed failure =
          catchThrowableOfType(
              PoolException.SpawnFailed.class, () -> client.get(app, Duration.ofSeconds(20)));
      assertThat(failure).isNotNull();
      System.out.println(failure.getMessage());
      assertThat(client.count()).as("the connection can still be used").isLessThanOrEqualTo(3);
      return failure;
    }
  }
}
