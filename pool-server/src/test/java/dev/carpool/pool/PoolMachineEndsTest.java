package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rules of the pool about ends: of processes, of sessions, of applications, of the pool. */
class PoolMachineEndsTest {

  private final Scenario pool = Scenario.ofMax(3);

  @Nested
  class Rule14Death {

    @Test
    void aProcessThatDiesEndsItsOwnSessionsOnly() {
      RequestId first = pool.serve("a", 2);
      pool.serve("a");
      RequestId other = pool.serve("b");
      pool.gone(pool.process(first));
      assertThat(pool.machine().active()).isEqualTo(1);
      assertThat(pool.machine().count()).isEqualTo(1);
      pool.done(other);
      assertThat(pool.machine().active()).isZero();
    }

    @Test
    void itIsReplacedWhenSomebodyWaits() {
      RequestId busy = pool.serve("a");
      pool.max(1);
      RequestId waiting = pool.request("a");
      pool.gone(pool.process(busy));
      pool.ready(pool.lastStarted());
      assertThat(pool.process(waiting)).isNotEqualTo(pool.process(busy));
    }

    @Test
    void aBrokenProcessIsNeverHandedOutAgain() {
      RequestId id = pool.serve("a");
      ProcessId broken = pool.process(id);
      pool.on(new PoolEvent.Broken(broken, "end of file on the line"));
      assertThat(pool.stopped.getLast())
          .isEqualTo(new PoolEffect.Stop(broken, "end of file on the line", false));
      pool.done(id);
      pool.request("a");
      assertThat(pool.handOvers).hasSize(1);
      assertThat(pool.starts).hasSize(2);
    }

    @Test
    void aProcessIsToldToStopOnce() {
      ProcessId idle = pool.idle("a");
      pool.on(new PoolEvent.Cleared());
      pool.on(new PoolEvent.Broken(idle, "end of file on the line"));
      assertThat(pool.stopped).hasSize(1);
    }
  }

  @Nested
  class Rule15Races {

    @Test
    void aSessionIsGivenBackOnceWhicheverEndComesFirst() {
      RequestId id = pool.serve("a", 2);
      RequestId other = pool.serve("a");
      pool.done(id);
      pool.done(id);
      pool.close(id);
      pool.on(new PoolEvent.NotTaken(pool.session(id), true));
      assertThat(pool.appStatus("a").processes().getFirst().sessions()).isEqualTo(1);
      assertThat(pool.appStatus("a").processes().getFirst().served()).isEqualTo(1);

      pool.gone(pool.process(other));
      pool.done(other);
      pool.close(other);
      assertThat(pool.machine().active()).isZero();
    }

    @Test
    void whatComesLateIsDroppedWithANote() {
      RequestId id = pool.serve("a");
      pool.gone(pool.process(id));
      pool.done(id);
      pool.ready(pool.process(id));
      assertThat(pool.notes)
          .containsExactly(
              "dropped Done[session=session 0]: the session has ended",
              "dropped Ready[process=process 1, pid=1001, concurrency=1]: the process is gone");
    }

    @Test
    void closingAfterDoneIsTheOrdinaryCaseAndNotNoted() {
      RequestId id = pool.serve("a");
      pool.done(id);
      pool.close(id);
      assertThat(pool.notes).isEmpty();
    }
  }

  @Nested
  class ShuttingDown {

    @Test
    void nobodyWaitsAnyMoreAndNobodyIsLetIn() {
      pool.max(1);
      pool.serve("a");
      RequestId waiting = pool.request("a");
      pool.shutDown(Duration.ofSeconds(5));
      RequestId late = pool.request("a");
      assertThat(pool.refused).containsOnlyKeys(waiting, late);
      assertThat(pool.refused.values()).allMatch(PoolException.ShuttingDown.class::isInstance);
    }

    @Test
    void idleAndStartingProcessesStopAndBusyOnesFinish() {
      RequestId busy = pool.serve("a");
      ProcessId idle = pool.idle("b");
      pool.request("c");
      ProcessId starting = pool.lastStarted();
      pool.shutDown(Duration.ofSeconds(5));
      assertThat(pool.isStopped(idle)).isTrue();
      assertThat(pool.isStopped(starting)).isTrue();
      assertThat(pool.isStopped(pool.process(busy))).isFalse();

      pool.done(busy);
      assertThat(pool.isStopped(pool.process(busy))).isTrue();
      pool.gone(idle);
      pool.gone(starting);
      assertThat(pool.empties).isZero();
      pool.gone(pool.process(busy));
      assertThat(pool.empties).isEqualTo(1);
      pool.pass(Duration.ofMinutes(1));
      assertThat(pool.empties).isEqualTo(1);
    }

    @Test
    void whatIsLeftAtTheDeadlineIsStoppedByForce() {
      RequestId busy = pool.serve("a");
      pool.shutDown(Duration.ofSeconds(5));
      pool.passMillis(4_999);
      assertThat(pool.stopped).isEmpty();
      pool.passMillis(1);
      assertThat(pool.stopped)
          .containsExactly(new PoolEffect.Stop(pool.process(busy), "shutdown", true));
      pool.pass(Duration.ofMinutes(1));
      assertThat(pool.stopped).hasSize(1);
    }

    @Test
    void aSecondShutdownCanOnlyBeEarlier() {
      pool.serve("a");
      pool.shutDown(Duration.ofSeconds(5));
      pool.shutDown(Duration.ofSeconds(9));
      pool.shutDown(Duration.ofSeconds(2));
      pool.passMillis(1_999);
      assertThat(pool.stopped).isEmpty();
      pool.passMillis(1);
      assertThat(pool.stopped).hasSize(1);
    }

    @Test
    void aMinimumIsNotKept() {
      pool.configured("a", 1);
      pool.ready(pool.lastStarted());
      pool.shutDown(Duration.ZERO);
      assertThat(pool.stopped).extracting(PoolEffect.Stop::force).containsExactly(true);
      pool.gone(pool.lastStarted());
      assertThat(pool.starts).hasSize(1);
      assertThat(pool.empties).isEqualTo(1);
    }

    @Test
    void anEmptyPoolIsEmptyAtOnce() {
      pool.shutDown(Duration.ofSeconds(5));
      assertThat(pool.empties).isEqualTo(1);
    }
  }

  @Nested
  class Memory {

    @Test
    void anApplicationThatNobodyConfiguredIsForgottenWithItsLastProcess() {
      ProcessId idle = pool.idle("a");
      pool.configured("b", 0);
      pool.gone(idle);
      assertThat(pool.knows("a")).isFalse();
      assertThat(pool.knows("b")).isTrue();
    }

    @Test
    void ofThoseWhoseStartFailedOnlySoManyAreRemembered() {
      for (int i = 0; i < 2 * Apps.REMEMBERED_FAILURES; i++) {
        pool.request("app" + i);
        pool.failStart(pool.lastStarted(), "no such folder");
        pool.gone(pool.lastStarted());
      }
      assertThat(pool.status().apps()).hasSize(Apps.REMEMBERED_FAILURES);
      assertThat(pool.knows("app0")).isFalse();
    }
  }

  @Nested
  class Status {

    @Test
    void itTellsEverything() {
      RequestId first = pool.serve("b", 2);
      pool.idle("a");
      pool.passMillis(1_000);
      pool.done(pool.request("b"));
      pool.on(new PoolEvent.Restarted("b", true));

      PoolStatus status = pool.status();
      assertThat(status.count()).isEqualTo(2);
      assertThat(status.active()).isEqualTo(1);
      assertThat(status.inactive()).isEqualTo(1);
      assertThat(status.apps()).extracting(PoolStatus.App::name).containsExactly("a", "b");
      assertThat(pool.appStatus("b").processes())
          .containsExactly(
              new PoolStatus.Process(
                  pool.handOver(first).pid(),
                  "draining",
                  "restart",
                  1,
                  2,
                  1,
                  1,
                  Duration.ofSeconds(1),
                  Duration.ZERO,
                  Duration.ofSeconds(1)));
      assertThat(pool.appStatus("a").processes().getFirst().idleFor())
          .isEqualTo(Duration.ofSeconds(1));
    }
  }
}
