package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppLimits;
import dev.carpool.api.PoolLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rules 18 to 20: what processes may use before they are replaced or ended. */
class PoolMachineLimitsTest {

  private final Scenario pool = Scenario.ofMax(4);

  @Nested
  class Rule18MaxRequests {

    @Test
    void aProcessIsReplacedAfterAsManyGiveOrTakeATenth() {
      pool.limited("a", AppLimits.NONE.withMaxRequests(100));
      ProcessId old = pool.idle("a");
      int served = 1;
      while (pool.starts.size() == 1) {
        pool.done(pool.request("a"));
        served++;
      }
      assertThat(served).isBetween(90, 110);
      assertThat(pool.isStopped(old)).isFalse();
      assertThat(pool.appStatus("a").processes().getFirst().why()).isEqualTo("max_requests");
      pool.ready(pool.lastStarted());
      assertThat(pool.isStopped(old)).isTrue();
      assertThat(pool.appStatus("a").generation()).isEqualTo(1);
    }

    @Test
    void theTenthIsSpreadEvenlyOverProcesses() {
      Set<Long> limits = new HashSet<>();
      LongStream.range(1, 100).forEach(i -> limits.add(Lives.wornAfter(new ProcessId(i), 1000)));
      assertThat(limits).hasSizeGreaterThan(50).allMatch(at -> at >= 900 && at <= 1100);
      assertThat(Lives.wornAfter(new ProcessId(1), 1)).isEqualTo(1);
    }

    @Test
    void noSessionIsCut() {
      pool.limited("a", AppLimits.NONE.withMaxRequests(1));
      RequestId first = pool.serve("a", 2);
      RequestId open = pool.request("a");
      pool.done(first);
      pool.ready(pool.lastStarted(), 2);
      assertThat(pool.states("a")).containsExactly("draining", "idle");
      pool.done(open);
      assertThat(pool.isStopped(pool.process(open))).isTrue();
    }

    @Test
    void zeroIsNoLimit() {
      pool.idle("a");
      for (int i = 0; i < 1000; i++) {
        pool.done(pool.request("a"));
      }
      assertThat(pool.starts).hasSize(1);
    }
  }

  @Nested
  class Rule19Time {

    private static final AppLimits LIMITS =
        AppLimits.NONE
            .withSlowRequestTime(Duration.ofSeconds(2))
            .withMaxRequestTime(Duration.ofSeconds(10));

    @Test
    void aSessionThatIsSlowIsSaidOnceAtThatMoment() {
      pool.limited("a", LIMITS);
      RequestId id = pool.serve("a");
      pool.passMillis(1_999);
      assertThat(pool.slow).isEmpty();
      pool.passMillis(6_001);
      assertThat(pool.slow)
          .containsExactly(
              new PoolEffect.Slow(
                  pool.session(id), pool.process(id), Duration.ofSeconds(2).toNanos()));
    }

    @Test
    void oneThatIsOverdueEndsItsProcessAndIsReplacedForThoseWhoWait() {
      pool.max(1);
      pool.limited("a", LIMITS);
      RequestId stuck = pool.serve("a");
      RequestId waiting = pool.request("a");
      pool.pass(Duration.ofSeconds(10));
      assertThat(pool.overdue)
          .containsExactly(
              new PoolEffect.Overdue(
                  pool.session(stuck), pool.process(stuck), "over max_request_time"));
      assertThat(pool.states("a")).containsExactly("stopping");
      assertThat(pool.stopped).isEmpty();
      pool.gone(pool.process(stuck));
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(waiting);
    }

    @Test
    void aProcessThatDrainsIsWatchedToo() {
      pool.limited("a", LIMITS);
      pool.serve("a");
      pool.on(new PoolEvent.Cleared());
      pool.pass(Duration.ofSeconds(10));
      assertThat(pool.overdue).hasSize(1);
    }

    @Test
    void thoseThatEndInTimeCauseNothing() {
      pool.limited("a", LIMITS);
      for (int i = 0; i < 20; i++) {
        RequestId id = pool.serve("a");
        pool.passMillis(1_500);
        pool.done(id);
      }
      assertThat(pool.slow).isEmpty();
      pool.pass(Duration.ofSeconds(30));
      assertThat(pool.hasAlarm()).isFalse();
    }

    @Test
    void withoutLimitsNoAlarmIsSetForASession() {
      pool.serve("a");
      pool.pass(Scenario.PATIENCE);
      assertThat(pool.hasAlarm()).isFalse();
    }
  }

  @Nested
  class Rule20Memory {

    @Test
    void aProcessThatHasGrownIsReplacedWhenItIsFree() {
      RequestId busy = pool.serve("a");
      pool.on(new PoolEvent.Outgrown(pool.process(busy), "300 MiB of memory", false));
      pool.ready(pool.lastStarted());
      assertThat(pool.states("a")).containsExactly("draining", "idle");
      pool.done(busy);
      assertThat(pool.stopped.getLast())
          .isEqualTo(new PoolEffect.Stop(pool.process(busy), "300 MiB of memory", false));
    }

    @Test
    void oneThatHasGrownTooMuchIsEndedNow() {
      RequestId busy = pool.serve("a");
      pool.on(new PoolEvent.Outgrown(pool.process(busy), "2 GiB of memory", true));
      assertThat(pool.stopped)
          .containsExactly(new PoolEffect.Stop(pool.process(busy), "2 GiB of memory", true));
    }

    @Test
    void aProcessThatIsGoneIsNotLookedFor() {
      pool.on(new PoolEvent.Outgrown(new ProcessId(77), "2 GiB of memory", true));
      assertThat(pool.notes).hasSize(1);
    }
  }

  @Nested
  class Rule21CrashLoop {

    private void die(String app) {
      pool.gone(pool.livingOf(app).getFirst());
    }

    @Test
    void theFirstOneIsReplacedAtOnceAndFurtherOnesAfterPauses() {
      pool.configured("a", 1);
      pool.ready(pool.lastStarted());
      die("a");
      assertThat(pool.starts).hasSize(2);
      for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
        pool.ready(pool.lastStarted());
        pool.passMillis(300);
        int starts = pool.starts.size();
        die("a");
        pool.pass(Duration.ofSeconds(seconds).minusMillis(1));
        assertThat(pool.starts).hasSize(starts);
        pool.passMillis(1);
        assertThat(pool.starts).hasSize(starts + 1);
      }
    }

    @Test
    void itIsSaidInTheStatusAndToThoseWhoAsk() {
      pool.configured("a", 1);
      for (int i = 0; i < 2; i++) {
        pool.ready(pool.lastStarted());
        pool.passMillis(250);
        die("a");
      }
      String words = "ended 0.250 s after it was ready, with nothing served: exit status 0";
      assertThat(pool.refusal(pool.request("a"))).hasMessageContaining(words);
      assertThat(pool.failure("a").summary()).contains(words);
      assertThat(pool.appStatus("a").retryIn()).isPositive();
    }

    @Test
    void howItEndedIsSaidAlsoWhenItsLineEndedFirst() {
      pool.idle("a");
      ProcessId second = pool.starts.getLast().process();
      pool.gone(second);
      ProcessId broken = pool.process(pool.serve("a"));
      pool.on(new PoolEvent.Broken(broken, "end of file on the line"));
      pool.on(new PoolEvent.Gone(broken, "killed by SIGSEGV"));
      assertThat(pool.failure("a").summary())
          .endsWith(": end of file on the line, killed by SIGSEGV");
    }

    @Test
    void whoHasServedOrLivedForLongMayDie() {
      pool.configured("a", 1);
      pool.ready(pool.lastStarted());
      for (int i = 0; i < 5; i++) {
        pool.done(pool.request("a"));
        die("a");
        pool.ready(pool.lastStarted());
        pool.pass(Lives.INFANCY);
        die("a");
        pool.ready(pool.lastStarted());
      }
      assertThat(pool.starts).hasSize(11);
      assertThat(pool.appStatus("a").lastFailure()).isNull();
    }

    @Test
    void aRequestThatKillsItsProcessMayComeAFewTimes() {
      for (int i = 0; i < 6; i++) {
        pool.serve("a");
        die("a");
        assertThat(pool.appStatus("a").retryIn().isPositive()).isEqualTo(i == 5);
      }
    }

    @Test
    void aProcessThatServesEndsIt() {
      pool.serve("a");
      die("a");
      pool.done(pool.serve("a"));
      assertThat(pool.appStatus("a").lastFailure()).isNull();
    }
  }

  @Nested
  class Rule22SpawnStorm {

    @Test
    void twoHundredApplicationsAtOnceStartNoMoreThanMaxSpawningAndAreAllServed() {
      Scenario storm = new Scenario(new PoolLimits(250, 0, Duration.ZERO, 4, 250));
      List<RequestId> ids = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        ids.add(storm.request("app" + i));
        assertThat(storm.starting()).isLessThanOrEqualTo(4);
      }
      for (int i = 0; i < 200; i++) {
        assertThat(storm.starting()).isBetween(1, 4);
        storm.ready(storm.starts.get(i).process());
      }
      assertThat(storm.granted.keySet()).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void withFewerPlacesThanApplicationsAllAreServedInTurn() {
      Scenario storm = new Scenario(new PoolLimits(10, 0, Duration.ZERO, 3, 250));
      for (int i = 0; i < 200; i++) {
        storm.request("app" + i);
      }
      int ready = 0;
      int done = 0;
      while (storm.granted.size() < 200) {
        assertThat(storm.starting()).isLessThanOrEqualTo(3);
        if (ready < storm.starts.size()) {
          storm.ready(storm.starts.get(ready++).process());
        } else if (done < storm.handOvers.size()) {
          storm.done(storm.handOvers.get(done++).request().id());
        } else {
          throw new AssertionError("nothing goes on");
        }
        storm.stopped.stream()
            .map(PoolEffect.Stop::process)
            .filter(process -> !storm.isGone(process))
            .toList()
            .forEach(storm::gone);
      }
      assertThat(storm.refused).isEmpty();
    }
  }

  @Nested
  class Minimum {

    @Test
    void itIsKeptAfterCrashesAndRestarts() {
      pool.configured("a", 2);
      List.copyOf(pool.starts).forEach(start -> pool.ready(start.process()));
      pool.pass(Lives.INFANCY);
      pool.gone(pool.starts.getFirst().process());
      assertThat(pool.states("a")).containsExactly("idle", "starting");
      pool.ready(pool.lastStarted());
      pool.on(new PoolEvent.Cleared());
      assertThat(pool.states("a")).filteredOn("starting"::equals).hasSize(2);
    }
  }
}
