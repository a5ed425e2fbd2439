package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rules of the pool about what is wanted of it: idle time, limits, generations. */
class PoolMachineWishesTest {

  @Nested
  class Rule9IdleTime {

    private final Scenario pool = new Scenario(new PoolLimits(4, 0, Duration.ofSeconds(5), 4, 100));

    @Test
    void aProcessIsStoppedAtTheMomentItHasBeenIdleForSoLong() {
      ProcessId idle = pool.idle("a");
      pool.passMillis(4_999);
      assertThat(pool.isStopped(idle)).isFalse();
      pool.passMillis(1);
      assertThat(pool.isStopped(idle)).isTrue();
    }

    @Test
    void useStartsTheTimeAnew() {
      ProcessId idle = pool.idle("a");
      pool.passMillis(4_000);
      pool.done(pool.request("a"));
      pool.passMillis(4_999);
      assertThat(pool.isStopped(idle)).isFalse();
      pool.passMillis(1);
      assertThat(pool.isStopped(idle)).isTrue();
    }

    @Test
    void theMinimumStays() {
      pool.app("a", 1);
      List<ProcessId> idle = pool.idle("a", 3);
      pool.passMillis(60_000);
      assertThat(pool.stopped)
          .extracting(PoolEffect.Stop::process)
          .containsExactly(idle.get(0), idle.get(1));
      assertThat(pool.hasAlarm()).isFalse();
    }

    @Test
    void zeroIsForEver() {
      pool.limits(pool.machine().limits().withMaxIdleTime(Duration.ZERO));
      ProcessId idle = pool.idle("a");
      pool.pass(Duration.ofDays(365));
      assertThat(pool.isStopped(idle)).isFalse();
    }

    @Test
    void aShorterTimeCountsAtOnce() {
      ProcessId idle = pool.idle("a");
      pool.passMillis(3_000);
      pool.limits(pool.machine().limits().withMaxIdleTime(Duration.ofSeconds(2)));
      assertThat(pool.isStopped(idle)).isTrue();
    }
  }

  @Nested
  class Rule10SetMax {

    @Test
    void idleProcessesAboveALowerMaxStopAtOnceLongestIdleFirst() {
      Scenario pool = Scenario.ofMax(3);
      List<ProcessId> idle = pool.idle("a", 3);
      pool.max(1);
      assertThat(pool.stopped)
          .extracting(PoolEffect.Stop::process)
          .containsExactly(idle.get(0), idle.get(1));
    }

    @Test
    void aMinimumDoesNotProtectFromALowerMax() {
      Scenario pool = Scenario.ofMax(2);
      pool.configured("a", 2);
      List.copyOf(pool.starts).forEach(start -> pool.ready(start.process()));
      pool.max(1);
      assertThat(pool.stopped).hasSize(1);
    }

    @Test
    void busyProcessesStopAsTheyBecomeIdleAndNoSessionIsCut() {
      Scenario pool = Scenario.ofMax(2);
      RequestId first = pool.serve("a");
      RequestId second = pool.serve("a");
      RequestId waiting = pool.request("a");
      pool.max(1);
      assertThat(pool.stopped).isEmpty();
      assertThat(pool.machine().toDrain()).isEqualTo(1);

      pool.done(first);
      assertThat(pool.isStopped(pool.process(first))).isTrue();
      assertThat(pool.waits(waiting)).isTrue();
      assertThat(pool.machine().toDrain()).isZero();

      pool.done(second);
      assertThat(pool.process(waiting)).isEqualTo(pool.process(second));
    }

    @Test
    void aHigherMaxServesThoseWhoWaitAtOnce() {
      Scenario pool = Scenario.ofMax(1);
      pool.serve("a");
      pool.requests("a", 2);
      pool.limits(new PoolLimits(3, 0, Duration.ZERO, 4, 100));
      assertThat(pool.starts).hasSize(3);
    }

    @Test
    void aLowerMaxPerAppStopsThatApplicationsIdleProcesses() {
      Scenario pool = Scenario.ofMax(4);
      List<ProcessId> idle = pool.idle("a", 2);
      pool.idle("b");
      pool.limits(pool.machine().limits().withMaxPerApp(1));
      assertThat(pool.stopped).extracting(PoolEffect.Stop::process).containsExactly(idle.get(0));
    }
  }

  @Nested
  class Rule11Clear {

    @Test
    void idleAndStartingProcessesOfTheOldGenerationStopAndBusyOnesFinish() {
      Scenario pool = Scenario.ofMax(5);
      List<ProcessId> idle = pool.idle("a", 2);
      RequestId busy = pool.request("a");
      pool.request("a");
      RequestId waiting = pool.request("a");
      ProcessId starting = pool.lastStarted();
      pool.done(pool.handOvers.getLast().request().id());

      pool.on(new PoolEvent.Cleared());
      assertThat(pool.isStopped(starting)).isTrue();
      assertThat(idle).filteredOn(pool::isStopped).isEmpty();
      assertThat(pool.states("a")).filteredOn("draining"::equals).hasSize(2);

      pool.done(busy);
      assertThat(pool.isStopped(pool.process(busy))).isTrue();
      assertThat(pool.granted).containsKey(waiting);
    }

    @Test
    void thoseWhoWaitAreKeptAndServedByTheNewGeneration() {
      Scenario pool = Scenario.ofMax(2);
      RequestId busy = pool.serve("a");
      RequestId waiting = pool.request("a");
      ProcessId old = pool.lastStarted();
      pool.on(new PoolEvent.Cleared());
      assertThat(pool.isStopped(old)).isTrue();
      pool.ready(old);
      assertThat(pool.waits(waiting)).isTrue();

      pool.gone(old);
      assertThat(pool.starts.getLast().generation()).isEqualTo(2);
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(waiting);
      assertThat(pool.isStopped(pool.process(busy))).isFalse();
      assertThat(pool.appStatus("a").generation()).isEqualTo(2);
    }

    @Test
    void aDrainingProcessGetsNoMoreRequests() {
      Scenario pool = Scenario.ofMax(2);
      RequestId first = pool.serve("a", 2);
      pool.on(new PoolEvent.Cleared());
      RequestId second = pool.request("a");
      assertThat(pool.waits(second)).isTrue();
      assertThat(pool.starts).hasSize(2);
      assertThat(pool.appStatus("a").processes().getFirst().state()).isEqualTo("draining");
      assertThat(pool.appStatus("a").processes().getFirst().why()).isEqualTo("clear");
      pool.done(first);
      assertThat(pool.isStopped(pool.process(first))).isTrue();
    }

    @Test
    void anUnknownApplicationIsNotRestarted() {
      Scenario pool = Scenario.ofMax(2);
      assertThat(pool.knows("a")).isFalse();
      pool.on(new PoolEvent.Restarted("a"));
      assertThat(pool.notes).containsExactly("no application 'a' to restart");
    }
  }
}
