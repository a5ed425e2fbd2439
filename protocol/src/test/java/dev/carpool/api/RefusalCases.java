package dev.carpool.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a client is told that gets no session, and what becomes of one that does not want it. */
interface RefusalCases extends TwoClients {

  @Test
  default void anUnknownNameIsNotFound() {
    assertThatThrownBy(() -> pool().get("nobody", SOON))
        .isInstanceOf(PoolException.NotFound.class)
        .hasMessageContaining("'nobody'");
    assertThatThrownBy(() -> pool().restart("nobody"))
        .isInstanceOf(PoolException.NotFound.class)
        .hasMessageContaining("'nobody'");
  }

  @Test
  default void limitsThatMakeNoSenseAreRefusedAndChangeNothing() throws Exception {
    PoolLimits before = pool().status().limits();
    assertThatThrownBy(() -> pool().setMax(0)).isInstanceOf(PoolException.BadRequest.class);
    assertThatThrownBy(() -> pool().setMax(-1))
        .isInstanceOf(PoolException.BadRequest.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> pool().setMaxPerApp(-1)).isInstanceOf(PoolException.BadRequest.class);
    assertThatThrownBy(() -> pool().setQueueMax(-1)).isInstanceOf(PoolException.BadRequest.class);
    assertThatThrownBy(() -> pool().setMaxIdleTime(Duration.ofSeconds(-1)))
        .isInstanceOf(PoolException.BadRequest.class);

    assertThat(pool2().status().limits()).isEqualTo(before);
    getAndDrop(pool(), apps().hello());
  }

  @Test
  default void aFullWaitingRoomRefusesAtOnce() throws Exception {
    pool().setMax(1);
    pool().setQueueMax(1);
    Session open = get(pool(), apps().hello());
    CompletableFuture<Session> waiting = ask(pool(), apps().hello());
    await().atMost(SOON).until(() -> pool().status().waiting() == 1);

    assertThatThrownBy(() -> pool2().get(apps().hello(), SOON))
        .isInstanceOfSatisfying(
            PoolException.QueueFull.class, e -> assertThat(e.retryAfter()).isPositive());
    assertThatThrownBy(() -> pool2().get(apps().other(), SOON))
        .isInstanceOf(PoolException.QueueFull.class);
    assertThat(waiting).isNotDone();
    open.close();
    granted(waiting);
  }

  @Test
  default void nobodyWaitsWhenTheWaitingRoomHoldsNobody() throws Exception {
    pool().setMax(1);
    pool().setQueueMax(0);
    Session open = get(pool(), apps().hello());

    assertThatThrownBy(() -> pool().get(apps().hello(), SOON))
        .isInstanceOf(PoolException.QueueFull.class);
    open.close();
    awaitCounts(0, 1);
    assertThat(getAndDrop(pool(), apps().hello())).isEqualTo(open.pid());
  }

  @Test
  default void aRequestWaitsNoLongerThanItsTime() throws Exception {
    pool().setMax(1);
    get(pool(), apps().hello());

    assertThatThrownBy(() -> pool2().get(apps().hello(), Duration.ofMillis(200)))
        .isInstanceOf(PoolException.QueueTimeout.class);
    assertThat(pool().status().waiting()).isZero();
  }

  @Test
  default void theTimeOfARequestCoversTheStartOfItsProcess() throws Exception {
    AppSpec app = apps().app("slow-start");
    assertThatThrownBy(() -> pool().get(app, Duration.ofMillis(100)))
        .isInstanceOf(PoolException.QueueTimeout.class);

    assertThat(talk(get(pool(), app), "/")).endsWith("at last");
    awaitCounts(0, 1);
  }

  @Test
  default void anApplicationThatFailsToStartIsReported() throws Exception {
    PoolException.SpawnFailed failed = failedStart(apps().app("broken"));

    assertThat(failed.retryAfter()).isPositive();
    assertThat(failed.report().summary()).contains("RuntimeError", "the database is on fire");
    assertThat(failed.report().output()).contains("about to fail");
    assertThat(failed.report().output()).anyMatch(line -> line.contains("wsgi.py"));
    assertThat(failed.report().steps()).extracting(SpawnReport.Step::name).contains("import wsgi");
    awaitCounts(0, 0);
  }

  @Test
  default void anApplicationThatFailsToStartPausesAndOthersNoticeNothing() throws Exception {
    AppSpec broken = apps().app("broken");
    PoolException.SpawnFailed first = failedStart(broken);
    assertThat(failedStart(broken).report().id()).isEqualTo(first.report().id());

    assertThat(talk(get(pool2(), apps().hello()), "/")).endsWith("hello world");
    PoolStatus.App app =
        pool().status().apps().stream()
            .filter(a -> a.name().equals(broken.name()))
            .findFirst()
            .orElseThrow();
    assertThat(app.retryIn()).isPositive();
    assertThat(app.lastFailure()).isNotNull();
  }

  @Test
  default void aRootThatIsMissingIsReported() {
    AppSpec missing = AppSpec.ofRoot(Path.of("/nonexistent/application"));

    assertThat(failedStart(missing).report().summary())
        .contains("/nonexistent/application", "does not exist");
  }

  @Test
  default void anApplicationThatIsNeverReadyIsReportedAndEnded() throws Exception {
    AppSpec app = apps().app("never-ready").withStartTimeout(Duration.ofSeconds(1));

    assertThat(failedStart(app).report().summary()).contains("not ready after 1s", "import wsgi");
    awaitCounts(0, 0);
  }

  private PoolException.SpawnFailed failedStart(AppSpec app) {
    PoolException.SpawnFailed failed =
        catchThrowableOfType(PoolException.SpawnFailed.class, () -> pool().get(app, SOON).close());
    assertThat(failed).as("the reason why there is no session").isNotNull();
    return failed;
  }

  @Test
  default void aRequestWithdrawnWhileWaitingIsNotGivenAProcess() throws Exception {
    pool().setMax(1);
    Session open = get(pool(), apps().hello());
    CompletableFuture<Session> withdrawn = ask(pool2(), apps().hello());
    assertWaits(withdrawn);
    CompletableFuture<Session> waiting = ask(pool2(), apps().hello());

    assertThat(withdrawn.cancel(false)).isTrue();
    await("only the other waits").atMost(SOON).until(() -> pool().status().waiting() == 1);
    open.close();
    assertThat(granted(waiting).pid()).isEqualTo(open.pid());
    assertThat(withdrawn).isCancelled();
    assertCounts(1, 1);
  }

  @Test
  default void aRequestWithdrawnWhileItsProcessStartsLeavesTheProcessToOthers() throws Exception {
    CompletableFuture<Session> withdrawn = ask(pool(), apps().app("slow-start"));
    await().atMost(SOON).until(() -> pool().count() == 1);

    assertThat(withdrawn.cancel(false)).isTrue();
    await().atMost(SOON).until(() -> pool().status().inactive() == 1);
    get(pool(), apps().app("slow-start"));
    assertCounts(1, 1);
  }

  @Test
  default void aSessionThatWasGrantedCannotBeWithdrawn() throws Exception {
    CompletableFuture<Session> request = ask(pool(), apps().hello());
    Session session = granted(request);

    assertThat(request.cancel(false)).isFalse();
    assertThat(talk(session, "/")).endsWith("hello world");
  }

  @Test
  default void aThreadThatIsInterruptedLeavesTheWaitingRoom() throws Exception {
    pool().setMax(1);
    get(pool(), apps().hello());
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread waiting =
        Thread.ofPlatform()
            .name("waits")
            .start(
                () -> {
                  try {
                    pool2().get(apps().hello(), SOON).close();
                    outcome.complete(new AssertionError("got a session"));
                  } catch (PoolException | InterruptedException e) {
                    outcome.complete(e);
                  }
                });
    await().atMost(SOON).until(() -> pool().status().waiting() == 1);

    waiting.interrupt();
    assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
    await().atMost(SOON).until(() -> pool().status().waiting() == 0);
  }
}
