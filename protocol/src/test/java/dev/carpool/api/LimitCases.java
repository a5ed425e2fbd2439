package dev.carpool.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many processes there may be, and what is done about one too many. */
interface LimitCases extends TwoClients {

  @Test
  @DisplayName("AP-7: when the pool is full of busy processes, a get waits for one to be free")
  default void whenThePoolIsFullAGetWaitsForAFreeProcess() throws Exception {
    pool().setMax(1);
    Session open = get(pool(), apps().hello());
    CompletableFuture<Session> waiting = ask(pool2(), apps().hello());
    assertWaits(waiting);
    assertThat(pool().status().waiting()).isEqualTo(1);
    assertCounts(1, 1);

    open.close();
    assertThat(granted(waiting).pid()).isEqualTo(open.pid());
    assertCounts(1, 1);
  }

  @Test
  @DisplayName("AP-9: another application waits until a process of the first can go")
  default void anotherApplicationWaitsUntilAProcessCanGo() throws Exception {
    pool().setMax(2);
    Session one = get(pool(), apps().hello());
    get(pool2(), apps().hello());
    CompletableFuture<Session> waiting = ask(pool2(), apps().other());
    assertWaits(waiting);
    assertCounts(2, 2);

    one.close();
    assertThat(talk(granted(waiting), "/")).endsWith("this is B");
    awaitCounts(1, 2);
  }

  @Test
  @DisplayName("AP-10: an idle process of one application makes room for another")
  default void anIdleProcessMakesRoomForAnotherApplication() throws Exception {
    pool().setMax(2);
    Session one = get(pool(), apps().hello());
    Session two = get(pool(), apps().hello());
    one.close();
    two.close();
    awaitCounts(0, 2);

    get(pool2(), apps().other());
    assertCounts(1, 2);
  }

  @Test
  @DisplayName("AP-16: a process that is idle for too long is stopped")
  default void aProcessThatIsIdleForTooLongIsStopped() throws Exception {
    pool().setMaxIdleTime(Duration.ofMillis(400));
    getAndDrop(pool(), apps().hello());
    assertThat(pool().count()).isEqualTo(1);

    awaitCounts(0, 0);
  }

  @Test
  @DisplayName("AP-16: a lower max_idle_time counts for processes that are idle already")
  default void aLowerMaxIdleTimeCountsForProcessesThatAreIdleAlready() throws Exception {
    getAndDrop(pool(), apps().hello());
    awaitCounts(0, 1);

    pool().setMaxIdleTime(Duration.ofMillis(100));
    awaitCounts(0, 0);
  }

  @Test
  @DisplayName("AP-16: with a max_idle_time of 0 an idle process stays")
  default void withAMaxIdleTimeOfZeroAnIdleProcessStays() throws Exception {
    pool().setMaxIdleTime(Duration.ofMillis(600));
    long pid = getAndDrop(pool(), apps().hello());
    pool().setMaxIdleTime(Duration.ZERO);

    await().during(Duration.ofMillis(900)).atMost(SOON).until(() -> pool().count() == 1);
    assertThat(getAndDrop(pool(), apps().hello())).isEqualTo(pid);
  }

  @Test
  @DisplayName("AP-17: max_per_app lets an application wait while another one is started")
  default void maxPerAppLetsAnApplicationWaitWhileAnotherOneIsStarted() throws Exception {
    pool().setMax(3);
    pool().setMaxPerApp(1);
    Session open = get(pool(), apps().hello());
    CompletableFuture<Session> waiting = ask(pool2(), apps().hello());
    assertWaits(waiting);
    assertCounts(1, 1);

    get(pool2(), apps().other());
    assertCounts(2, 2);
    open.close();
    assertThat(granted(waiting).pid()).isEqualTo(open.pid());
  }

  @Test
  @DisplayName("AP-19: the queue is one for all clients, first come first served")
  default void theQueueIsOneForAllClients() throws Exception {
    pool().setMax(1);
    Session open = get(pool(), apps().hello());
    CompletableFuture<Session> first = ask(pool2(), apps().hello());
    await().atMost(SOON).until(() -> pool().status().waiting() == 1);
    CompletableFuture<Session> second = ask(pool(), apps().hello());
    assertWaits(second);

    open.close();
    Session next = granted(first);
    assertWaits(second);
    next.close();
    assertThat(granted(second).pid()).isEqualTo(open.pid());
  }

  @Test
  default void aProcessIsCountedFromItsStart() throws Exception {
    CompletableFuture<Session> request = ask(pool(), apps().app("slow-start"));

    await().atMost(SOON).until(() -> pool().count() == 1);
    assertThat(request).isNotDone();
    assertThat(pool().active()).isZero();
    assertThat(pool().status().expecting()).isEqualTo(1);
    assertThat(talk(granted(request), "/")).endsWith("at last");
  }

  @Test
  default void aProcessThatStopsIsCountedAndAwaited() throws Exception {
    pool().setMax(1);
    long stopping = getAndDrop(pool(), apps().app("slow-stop"));
    awaitCounts(0, 1);

    CompletableFuture<Session> request = ask(pool(), apps().hello());
    assertWaits(request);
    assertCounts(0, 1);
    granted(request);
    assertThat(ProcessHandle.of(stopping)).as("the one that had to go").isEmpty();
    assertCounts(1, 1);
  }

  @Test
  default void aLowerMaxStopsIdleProcessesAtOnceTheLongestIdleFirst() throws Exception {
    Session one = get(pool(), apps().hello());
    Session two = get(pool(), apps().hello());
    Session three = get(pool(), apps().hello());
    one.close();
    awaitCounts(2, 3);
    three.close();
    awaitCounts(1, 3);
    two.close();
    awaitCounts(0, 3);

    Receipt receipt = pool().setMax(1);
    assertThat(receipt.before()).isEqualTo("20");
    assertThat(receipt.after()).isEqualTo("1");
    awaitCounts(0, 1);
    assertThat(get(pool(), apps().hello()).pid()).isEqualTo(two.pid());
  }

  @Test
  default void aLowerMaxStopsBusyProcessesWhenTheyAreFreeAndCutsNoSession() throws Exception {
    Session one = get(pool(), apps().hello());
    Session two = get(pool(), apps().hello());

    assertThat(pool().setMax(1)).isEqualTo(new Receipt("max", "20", "1", 2, 1));
    assertCounts(2, 2);
    assertThat(talk(one, "/")).endsWith("hello world");
    awaitCounts(1, 1);
    assertThat(talk(two, "/")).endsWith("hello world");
    two.close();
    awaitCounts(0, 1);
  }

  @Test
  default void aHigherMaxServesThoseWhoWaitAtOnce() throws Exception {
    pool().setMax(1);
    Session open = get(pool(), apps().hello());
    CompletableFuture<Session> waiting = ask(pool(), apps().hello());
    assertWaits(waiting);

    assertThat(pool2().setMax(2).toString()).startsWith("max: 1 -> 2 ");
    assertThat(granted(waiting).pid()).isNotEqualTo(open.pid());
    assertCounts(2, 2);
  }

  @Test
  default void eachSetterSaysWhatItChanged() throws Exception {
    get(pool(), apps().hello());

    assertThat(pool().setMaxPerApp(2)).isEqualTo(new Receipt("max_per_app", "0", "2", 1, 0));
    assertThat(pool().setQueueMax(7)).isEqualTo(new Receipt("queue_max", "100", "7", 1, 0));
    assertThat(pool().setMaxIdleTime(Duration.ofSeconds(90)))
        .isEqualTo(new Receipt("max_idle_time", "2m", "1m30s", 1, 0));
    assertThat(pool2().status().limits())
        .isEqualTo(new PoolLimits(20, 2, Duration.ofSeconds(90), 4, 7));
  }

  @Test
  default void theStatusSaysHowThePoolIsAtOneInstant() throws Exception {
    AppSpec hello = apps().hello();
    Session session = get(pool(), hello);
    getAndDrop(pool(), apps().other());
    awaitCounts(1, 2);

    PoolStatus status = pool2().status();
    assertThat(status.inactive()).isEqualTo(1);
    assertThat(status.waiting()).isZero();
    assertThat(status.shuttingDown()).isFalse();
    PoolStatus.App app =
        status.apps().stream().filter(a -> a.name().equals(hello.name())).findFirst().orElseThrow();
    assertThat(app.root()).isEqualTo(hello.root().toString());
    assertThat(app.generation()).isEqualTo(1);
    assertThat(app.processes())
        .singleElement()
        .satisfies(
            process -> {
              assertThat(process.pid()).isEqualTo(session.pid());
              assertThat(process.state()).isEqualTo("busy");
              assertThat(process.sessions()).isEqualTo(1);
            });
  }

  @Test
  default void theProcessThatStartsProcessesIsReplacedAfterItWasKilled() throws Exception {
    AppSpec hello = apps().hello();
    get(pool(), hello).close();
    ProcessHandle first = ProcessHandle.of(pool().spawnServerPid()).orElseThrow();
    assertThat(first.pid()).as("it is the preloader").isNotEqualTo(pool().status().serverPid());

    first.destroyForcibly();
    pool().clear();
    get(pool(), hello).close();

    assertThat(ProcessHandle.of(pool().spawnServerPid())).isPresent();
    assertThat(pool().spawnServerPid()).isNotEqualTo(first.pid());
  }
}
