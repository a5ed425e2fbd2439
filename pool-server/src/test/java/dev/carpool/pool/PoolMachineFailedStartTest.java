package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rule 13: a failed start is told to those who have nothing else to wait for. */
class PoolMachineFailedStartTest {

  @Nested
  class Rule13FailedStart {

    private final Scenario pool = Scenario.ofMax(4);

    @Test
    void itIsToldToEveryRequestThatHasNoProcessToWaitFor() {
      List<RequestId> ids = pool.requests("a", 2);
      RequestId other = pool.request("b");
      pool.failStart(pool.starts.get(0).process(), "no module named x");
      assertThat(pool.refused).isEmpty();

      pool.failStart(pool.starts.get(1).process(), "no module named x");
      assertThat(pool.refused).containsOnlyKeys(ids);
      assertThat(pool.refused.get(ids.get(0)))
          .hasMessage("Cannot start application 'a': no module named x")
          .isInstanceOfSatisfying(
              PoolException.SpawnFailed.class,
              failed -> assertThat(failed.report().output()).contains("Traceback"))
          .extracting(PoolException::retryAfter)
          .isEqualTo(Duration.ofSeconds(1));
      assertThat(pool.waits(other)).isTrue();
    }

    @Test
    void theyGoOnWaitingWhileAProcessLives() {
      RequestId busy = pool.serve("a");
      RequestId waiting = pool.request("a");
      pool.failStart(pool.lastStarted(), "out of memory");
      assertThat(pool.waits(waiting)).isTrue();
      pool.done(busy);
      assertThat(pool.granted).containsKey(waiting);
    }

    @Test
    void aProcessThatOnlyDrainsIsNotWaitedFor() {
      pool.serve("a");
      pool.on(new PoolEvent.Cleared());
      RequestId id = pool.request("a");
      pool.failStart(pool.lastStarted(), "syntax error");
      assertThat(pool.refused).containsKey(id);
    }

    @Test
    void newRequestsAreToldTheLastReportAtOnceDuringThePause() {
      pool.request("a");
      pool.failStart(pool.lastStarted(), "syntax error");
      pool.passMillis(400);
      RequestId id = pool.request("a");
      assertThat(pool.refused.get(id))
          .hasMessageContaining("syntax error")
          .extracting(PoolException::retryAfter)
          .isEqualTo(Duration.ofMillis(600));
      assertThat(pool.starts).hasSize(1);
    }

    @Test
    void thePauseDoublesUpToAMinute() {
      for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
        pool.request("a");
        pool.failStart(pool.lastStarted(), "syntax error");
        pool.gone(pool.lastStarted());
        assertThat(pool.appStatus("a").retryIn()).isEqualTo(Duration.ofSeconds(seconds));
        pool.pass(Duration.ofSeconds(seconds));
      }
      assertThat(pool.appStatus("a").lastFailure()).isNotNull();
      assertThat(pool.starts).hasSize(8);
    }

    @Test
    void startsThatFailTogetherCauseOnePause() {
      pool.requests("a", 4);
      List.copyOf(pool.starts).forEach(start -> pool.failStart(start.process(), "no database"));
      assertThat(pool.appStatus("a").retryIn()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aSuccessfulStartOrARestartEndsIt() {
      pool.request("a");
      pool.failStart(pool.lastStarted(), "syntax error");
      pool.on(new PoolEvent.Restarted("a"));
      RequestId id = pool.request("a");
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(id);
      assertThat(pool.appStatus("a").lastFailure()).isNull();
      assertThat(pool.appStatus("a").retryIn()).isZero();
    }

    @Test
    void aMinimumIsTriedAgainAfterThePause() {
      pool.configured("a", 1);
      pool.failStart(pool.lastStarted(), "no database");
      pool.passMillis(999);
      assertThat(pool.starts).hasSize(1);
      pool.passMillis(1);
      assertThat(pool.starts).hasSize(2);
    }

    @Test
    void aStartThatWeStoppedOurselvesIsNoFailure() {
      pool.request("a");
      ProcessId old = pool.lastStarted();
      pool.on(new PoolEvent.Restarted("a"));
      pool.failStart(old, "stopped");
      assertThat(pool.appStatus("a").lastFailure()).isNull();
      assertThat(pool.refused).isEmpty();
    }

    @Test
    void aProcessThatIsGoneWithoutAReportIsStartedAgainAfterAPause() {
      RequestId id = pool.request("a");
      pool.gone(pool.lastStarted());
      assertThat(pool.starts).hasSize(1);
      pool.passMillis(1_000);
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(id);
    }
  }
}
