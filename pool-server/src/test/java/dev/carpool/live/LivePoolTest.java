package dev.carpool.live;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Session;
import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What only the shell does: the lock, the hand-over, the futures, and the end. */
final class LivePoolTest {

  private static final AppSpec APP = AppSpec.named("blog", Path.of("/srv/blog"));
  private static final Duration LONG = Duration.ofMinutes(1);

  private LivePool pool;
  private ScriptedSpawner spawner;
  private Census descriptors;

  @BeforeEach
  void open() throws IOException {
    descriptors = Census.take();
    List<ScriptedSpawner> made = new ArrayList<>();
    pool =
        new LivePool(
            PoolLimits.DEFAULT.withMax(2),
            (listener, loop) -> {
              made.add(new ScriptedSpawner(listener));
              return made.getFirst();
            },
            "test");
    spawner = made.getFirst();
  }

  @AfterEach
  void noDescriptorIsLeft() {
    var _ = pool.shutDown(Duration.ZERO);
    spawner.allDie();
    pool.close();
    Census.assertSameAs(descriptors);
  }

  private CompletableFuture<Session> ask() {
    return pool.request(APP, LONG);
  }

  /** A process that is ready, and a session with it. */
  private record Busy(
      ScriptedSpawner.Attempt process, LiveSession session, ScriptedSpawner.Served connection) {

    /** Ends the session from both sides. */
    void end() {
      session.close();
      connection.done();
    }
  }

  private Busy busy() throws Exception {
    CompletableFuture<Session> request = ask();
    ScriptedSpawner.Attempt process = spawner.nextAttempt().succeeds();
    return new Busy(process, (LiveSession) request.get(), process.nextConnection());
  }

  private static void inAnotherThread(Runnable task) {
    CompletableFuture.runAsync(task, run -> Thread.ofPlatform().start(run))
        .orTimeout(5, TimeUnit.SECONDS)
        .join();
  }

  private PoolStatus.Process onlyProcess() {
    List<PoolStatus.Process> processes = pool.status().apps().getFirst().processes();
    assertThat(processes).hasSize(1);
    return processes.getFirst();
  }

  @Nested
  final class TheLock {

    @Test
    void isFreeWhenASessionIsGivenToItsRequester() throws Exception {
      CompletableFuture<Session> request = ask();
      CompletableFuture<Void> seen =
          request.thenAccept(session -> inAnotherThread(() -> pool.count()));
      Busy busy = given(request);

      assertThat(seen).isCompleted();
      busy.end();
    }

    @Test
    void isFreeWhenARequesterIsRefused() throws Exception {
      CompletableFuture<Void> seen =
          ask()
              .handle(
                  (session, reason) -> {
                    inAnotherThread(() -> pool.count());
                    return null;
                  });
      spawner.nextAttempt().fails("no way").dies();

      assertThat(seen).isCompleted();
    }

    @Test
    void isFreeWhenAProcessIsStarted() {
      spawner.onStart = () -> inAnotherThread(() -> pool.count());
      assertThat(ask().cancel(false)).isTrue();
    }

    @Test
    void isFreeForARequesterThatAsksAgainAtOnce() throws Exception {
      CompletableFuture<Session> again = new CompletableFuture<>();
      CompletableFuture<Session> request = ask();
      var _ = request.thenAccept(session -> ask().thenAccept(second -> again.complete(second)));
      Busy busy = given(request);
      ScriptedSpawner.Attempt other = spawner.nextAttempt().succeeds();

      assertThat(again.get().pid()).isEqualTo(other.pid());
      busy.end();
      again.get().close();
      other.nextConnection().done();
    }

    private Busy given(CompletableFuture<Session> request) throws Exception {
      ScriptedSpawner.Attempt process = spawner.nextAttempt().succeeds();
      return new Busy(process, (LiveSession) request.get(), process.nextConnection());
    }
  }

  @Nested
  final class WhenARequesterGoesAway {

    @Test
    void itsProcessIsGivenNothing() throws Exception {
      CompletableFuture<Session> request = ask();
      ScriptedSpawner.Attempt process = spawner.nextAttempt();
      assertThat(request.cancel(false)).isTrue();

      process.succeeds();
      assertThat(process.connection()).isNull();
      assertThat(onlyProcess().state()).isEqualTo("idle");
    }

    @Test
    void withoutAWordItsProcessIsGivenNothingEither() throws Exception {
      CompletableFuture<Session> request = ask();
      ScriptedSpawner.Attempt process = spawner.nextAttempt();
      request.completeExceptionally(new CancellationException("gone"));

      process.succeeds();
      assertThat(process.connection()).isNull();
      assertThat(onlyProcess().state()).isEqualTo("idle");
      assertThat(pool.active()).isZero();
    }

    @Test
    void inTheMomentOfTheGrantTheSessionHasExactlyOneOwner() throws Exception {
      pool.setMax(1);
      Busy busy = busy();
      ScriptedSpawner.Attempt process = busy.process();
      CyclicBarrier together = new CyclicBarrier(2);
      int withdrawn = 0;
      for (int i = 0; i < 2000; i++) {
        CompletableFuture<Session> request = ask();
        Busy ending = busy;
        CompletableFuture<Void> freed =
            CompletableFuture.runAsync(
                () -> {
                  meet(together);
                  ending.end();
                });
        meet(together);
        boolean cancelled = request.cancel(false);
        freed.join();

        ScriptedSpawner.Served given = process.connection();
        if (cancelled) {
          withdrawn++;
          assertThat(request).isCancelled();
          if (given != null) {
            given.done(); // it sees the end of the connection at once
          }
          request = ask();
          given = process.nextConnection();
        }
        busy = new Busy(process, (LiveSession) request.get(), requireNonNull(given));
        assertThat(onlyProcess().sessions()).isEqualTo(1);
      }
      assertThat(withdrawn).as("both outcomes were seen").isBetween(1, 1999);
      busy.end();
      assertThat(onlyProcess().sessions()).isZero();
    }

    private static void meet(CyclicBarrier barrier) {
      try {
        barrier.await(5, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Test
    void itMayGoAwayAgainAndAgain() throws Exception {
      CompletableFuture<Session> request = ask();
      assertThat(pool.status().expecting()).isEqualTo(1);
      assertThat(request.cancel(false)).isTrue();
      assertThat(pool.status().expecting()).as("before any process is ready").isZero();
      assertThat(request.cancel(true)).isTrue();
      spawner.nextAttempt().succeeds();

      assertThat(pool.status().waiting() + pool.status().expecting()).isZero();
    }
  }

  @Nested
  final class WhenAHandOverFails {

    @Test
    void theRequestIsServedByAnotherProcess() throws Exception {
      CompletableFuture<Session> request = ask();
      ScriptedSpawner.Attempt broken = spawner.nextAttempt().takesNoConnection().succeeds();
      assertThat(broken.stopWishes).singleElement().asString().startsWith("hand-over failed");
      assertThat(request).isNotDone();

      ScriptedSpawner.Attempt sound = spawner.nextAttempt().succeeds();
      assertThat(request.get().pid()).isEqualTo(sound.pid());
      broken.dies();
      request.get().close();
      sound.nextConnection().done();
    }

    @Test
    void aRequestWithdrawnMeanwhileIsNotGivenAnotherProcess() throws Exception {
      CompletableFuture<Session> request = ask();
      ScriptedSpawner.Attempt broken = spawner.nextAttempt().takesNoConnection().succeeds();

      assertThat(request.cancel(false)).isTrue();
      ScriptedSpawner.Attempt sound = spawner.nextAttempt().succeeds();
      broken.dies();
      assertThat(sound.connection()).isNull();
      assertThat(pool.active()).isZero();
    }

    @Test
    void byEveryNewProcessTheRequestIsToldSo() throws Exception {
      CompletableFuture<Session> request = ask();
      for (int i = 0; i < 2; i++) {
        assertThat(request).as("after %d hand-overs", i).isNotDone();
        spawner.nextAttempt().takesNoConnection().succeeds().dies();
      }

      assertThatThrownBy(request::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(PoolException.class)
          .hasMessageContaining("it is gone");
    }
  }

  @Nested
  final class ASession {

    @Test
    void isCompleteWhenItsProcessSaysSo() throws Exception {
      Busy busy = busy();
      assertThat(busy.session().ending()).isNotDone();
      busy.connection().done();

      assertThat(busy.session().ending()).isCompletedWithValue(LiveSession.Ending.COMPLETE);
      busy.session().close();
    }

    @Test
    void isCutShortWhenItsProcessSaysSo() throws Exception {
      Busy busy = busy();
      busy.connection().done(false);

      assertThat(busy.session().ending()).isCompletedWithValue(LiveSession.Ending.CUT_SHORT);
      busy.session().close();
    }

    @Test
    void isLostWhenItsProcessDies() throws Exception {
      Busy busy = busy();
      busy.connection().lost();
      busy.process().dies();

      assertThat(busy.session().ending()).isCompletedWithValue(LiveSession.Ending.LOST);
      assertThat(busy.session().input().read()).isEqualTo(-1);
      busy.session().close();
      assertThat(pool.count()).isZero();
    }

    @Test
    void isNotEndedByTheWordOfAnotherProcess() throws Exception {
      Busy one = busy();
      Busy two = busy();
      two.process().claimsDone(one.session().id());

      assertThat(one.session().ending()).isNotDone();
      assertThat(pool.active()).isEqualTo(2);
      one.end();
      two.end();
      assertThat(pool.active()).isZero();
    }

    @Test
    void isGivenBackOnceHoweverOftenItIsClosed() throws Exception {
      AtomicInteger givenBack = new AtomicInteger();
      try (SocketPair pair = SocketPair.open()) {
        LiveSession session = new LiveSession(0, 1, pair.ours(), givenBack::incrementAndGet);
        session.close();
        session.close();
        assertThat(session.descriptor().isOpen()).isFalse();
      }

      assertThat(givenBack).hasValue(1);
    }

    @Test
    void isNotEndedTwice() throws Exception {
      Busy one = busy();
      one.end();
      one.process().claimsDone(one.session().id());
      one.session().close();

      assertThat(onlyProcess().served()).isEqualTo(1);
      assertThat(onlyProcess().state()).isEqualTo("idle");
    }
  }

  @Nested
  final class Closing {

    @Test
    void waitsUntilTheLastProcessIsGone() throws Exception {
      Busy busy = busy();
      CompletableFuture<Session> waiting = pool.request(APP, LONG);
      ScriptedSpawner.Attempt starting = spawner.nextAttempt();
      CompletableFuture<Void> closing =
          CompletableFuture.runAsync(pool::close, task -> Thread.ofPlatform().start(task));
      assertThatThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(PoolException.ShuttingDown.class);
      assertThatThrownBy(() -> pool.get(APP, LONG)).isInstanceOf(PoolException.ShuttingDown.class);

      starting.dies();
      assertThat(closing).isNotDone();
      busy.end();
      assertThat(busy.process().stopWishes).containsExactly("shutdown");
      assertThat(spawner.closed).isFalse();
      busy.process().dies();
      closing.get(5, TimeUnit.SECONDS);
      assertThat(spawner.closed).isTrue();
      assertThat(spawner.isAskedForMore()).isFalse();
    }

    @Test
    void withoutPatienceUsesForce() throws Exception {
      Busy busy = busy();
      CompletableFuture<Void> empty = pool.shutDown(Duration.ZERO);

      assertThat(busy.process().stopWishes).containsExactly("shutdown by force");
      busy.connection().lost();
      busy.process().dies();
      assertThat(empty).isCompleted();
      busy.session().close();
    }

    @Test
    void ofAnEmptyPoolIsDoneAtOnce() {
      pool.close();

      assertThat(spawner.closed).isTrue();
    }
  }
}
