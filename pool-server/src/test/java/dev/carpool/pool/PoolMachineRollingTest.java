package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rule 11: a restart replaces processes one for one, and the old ones serve until then. */
class PoolMachineRollingTest {

  private static PoolLimits limits(int max, int maxPerApp, int maxSpawning) {
    return new PoolLimits(max, maxPerApp, Duration.ZERO, maxSpawning, 100);
  }

  private static void restart(Scenario pool) {
    pool.on(new PoolEvent.Restarted("a"));
  }

  /** Lets what starts be ready and what stops be gone, until nothing starts or stops. */
  private static List<Integer> roll(Scenario pool, String app) {
    List<Integer> serving = new ArrayList<>();
    while (pool.states(app).contains("starting") || pool.states(app).contains("stopping")) {
      int at = pool.states(app).indexOf("stopping");
      if (at >= 0) {
        pool.gone(pool.livingOf(app).get(at));
      } else {
        pool.ready(pool.livingOf(app).get(pool.states(app).indexOf("starting")));
      }
      List<String> states = pool.states(app);
      serving.add((int) states.stream().filter(s -> s.equals("idle") || s.equals("busy")).count());
    }
    return serving;
  }

  private static List<Integer> generations(Scenario pool, String app) {
    return pool.appStatus(app).processes().stream().map(PoolStatus.Process::generation).toList();
  }

  @Nested
  class WhereThereIsRoom {

    private final Scenario pool = Scenario.ofMax(10);

    @Test
    void theNewProcessIsStartedFirstAndTheOldOnesServeUntilItIsReady() {
      ProcessId old = pool.idle("a");
      restart(pool);
      assertThat(pool.states("a")).containsExactly("idle", "starting");
      assertThat(pool.appStatus("a").processes().getFirst().why()).isEqualTo("restart");
      RequestId during = pool.request("a");
      assertThat(pool.process(during)).isEqualTo(old);
      pool.done(during);

      ProcessId fresh = pool.lastStarted();
      pool.ready(fresh);
      assertThat(pool.isStopped(old)).isTrue();
      assertThat(pool.process(pool.request("a"))).isEqualTo(fresh);
    }

    @Test
    void theFirstStartsAloneAndThenTheOthersTogether() {
      pool.idle("a", 4);
      restart(pool);
      assertThat(pool.starts).hasSize(5);
      pool.ready(pool.lastStarted());
      assertThat(pool.starts).hasSize(8);
      assertThat(pool.stopped).hasSize(1);
    }

    @Test
    void asManyServeInTheEndAsBefore() {
      pool.idle("a", 4);
      restart(pool);
      assertThat(roll(pool, "a")).allMatch(serving -> serving >= 4);
      assertThat(generations(pool, "a")).containsExactly(2, 2, 2, 2);
      int starts = pool.starts.size();
      pool.pass(Duration.ofHours(1));
      assertThat(pool.starts).hasSize(starts);
    }

    @Test
    void theOneThatIsIdleLongestGoesFirstAndBusyOnesDrain() {
      List<ProcessId> idle = pool.idle("a", 2);
      RequestId busy = pool.request("a");
      assertThat(pool.process(busy)).isEqualTo(idle.get(1));
      restart(pool);
      pool.ready(pool.lastStarted());
      assertThat(pool.isStopped(idle.get(0))).isTrue();
      assertThat(pool.isStopped(idle.get(1))).isFalse();
      pool.ready(pool.lastStarted());
      assertThat(pool.states("a")).contains("draining");
      pool.done(busy);
      assertThat(pool.isStopped(idle.get(1))).isTrue();
    }

    @Test
    void whatWasStartingIsStoppedSinceItMayHaveReadTheOldCode() {
      RequestId waiting = pool.request("a");
      ProcessId starting = pool.lastStarted();
      restart(pool);
      assertThat(pool.isStopped(starting)).isTrue();
      assertThat(pool.starts.getLast().generation()).isEqualTo(2);
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(waiting);
    }

    @Test
    void aRestartDuringARestartReplacesAllOfThem() {
      pool.idle("a", 2);
      restart(pool);
      pool.ready(pool.lastStarted());
      restart(pool);
      roll(pool, "a");
      assertThat(generations(pool, "a")).containsExactly(3, 3);
    }

    @Test
    void withMaxSpawningReachedItWaits() {
      Scenario narrow = new Scenario(limits(10, 0, 1));
      narrow.idle("a", 2);
      narrow.request("b");
      restart(narrow);
      assertThat(narrow.starts).hasSize(3);
      narrow.ready(narrow.lastStarted());
      assertThat(narrow.starts.getLast().app().name()).isEqualTo("a");
    }

    @Test
    void requestsThatNeedMoreGetProcessesOfTheNewGeneration() {
      pool.serve("a");
      restart(pool);
      List<RequestId> more = pool.requests("a", 3);
      assertThat(pool.starts.subList(1, 4)).allMatch(start -> start.generation() == 2);
      roll(pool, "a");
      assertThat(pool.granted).containsKeys(more.toArray(RequestId[]::new));
    }

    @Test
    void anOldOneThatDiesIsReplacedToo() {
      List<ProcessId> old = pool.idle("a", 3);
      restart(pool);
      pool.gone(old.get(0));
      roll(pool, "a");
      assertThat(generations(pool, "a")).containsExactly(2, 2, 2);
    }

    @Test
    void withoutAnyProcessOnlyTheNumberGoesUp() {
      pool.configured("a", 0);
      restart(pool);
      assertThat(pool.starts).isEmpty();
      assertThat(pool.appStatus("a").generation()).isEqualTo(2);
      pool.request("a");
      assertThat(pool.starts.getLast().generation()).isEqualTo(2);
    }

    @Test
    void theMinimumThatWasIdleForLongStaysUntilTheNewOneIsReady() {
      pool.limits(limits(10, 0, 4).withMaxIdleTime(Duration.ofSeconds(5)));
      pool.configured("a", 1);
      ProcessId old = pool.lastStarted();
      pool.ready(old);
      pool.pass(Duration.ofMinutes(1));
      restart(pool);
      pool.pass(Duration.ofSeconds(10));
      assertThat(pool.isStopped(old)).isFalse();
      pool.ready(pool.lastStarted());
      assertThat(pool.states("a")).containsExactly("stopping", "idle");
    }

    @Test
    void theSpawnerHearsOfEachGenerationAndOfTheEnd() {
      ProcessId old = pool.idle("a");
      restart(pool);
      assertThat(pool.renewed).containsExactly(new PoolEffect.Renewed("a", 2));
      pool.ready(pool.lastStarted());
      pool.gone(old);
      pool.pass(Lives.INFANCY);
      pool.gone(pool.lastStarted());
      assertThat(pool.renewed).last().isEqualTo(new PoolEffect.Renewed("a", 3));
    }
  }

  @Nested
  class WhereThereIsNone {

    @Test
    void oneAtATimeIsStoppedAndTheNextWhenTheNewOneIsReady() {
      Scenario pool = Scenario.ofMax(3);
      List<ProcessId> old = pool.idle("a", 3);
      restart(pool);
      assertThat(pool.stopped).extracting(PoolEffect.Stop::process).containsExactly(old.get(0));
      pool.gone(old.get(0));
      assertThat(pool.states("a")).containsExactly("idle", "idle", "starting");
      assertThat(pool.stopped).hasSize(1);

      pool.ready(pool.lastStarted());
      assertThat(pool.stopped).hasSize(2);
      assertThat(roll(pool, "a")).allMatch(serving -> serving >= 2);
      assertThat(generations(pool, "a")).containsExactly(2, 2, 2);
    }

    @Test
    void maxPerAppIsNoRoomEither() {
      Scenario pool = new Scenario(limits(10, 2, 4));
      pool.idle("a", 2);
      restart(pool);
      assertThat(roll(pool, "a")).allMatch(serving -> serving >= 1);
      assertThat(generations(pool, "a")).containsExactly(2, 2);
    }

    @Test
    void whoBecomesIdleFirstGoesAlsoWhileRequestsWait() {
      Scenario pool = Scenario.ofMax(2);
      RequestId one = pool.serve("a");
      RequestId two = pool.serve("a");
      RequestId waiting = pool.request("a");
      restart(pool);
      assertThat(pool.stopped).isEmpty();
      pool.done(two);
      assertThat(pool.isStopped(pool.process(two))).isTrue();
      pool.done(one);
      assertThat(pool.process(waiting)).isEqualTo(pool.process(one));
    }

    @Test
    void oneOfSeveralPlacesThatIsNeverIdleIsDrained() {
      Scenario pool = Scenario.ofMax(2);
      pool.serve("a", 2);
      pool.requests("a", 2);
      pool.ready(pool.lastStarted(), 2);
      restart(pool);
      assertThat(pool.states("a")).containsExactly("busy", "draining");
    }

    @Test
    void withMaxOneStoppingFirstCannotBeAvoided() {
      Scenario pool = Scenario.ofMax(1);
      ProcessId old = pool.idle("a");
      restart(pool);
      assertThat(pool.isStopped(old)).isTrue();
      RequestId waiting = pool.request("a");
      pool.gone(old);
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(waiting);
    }

    @Test
    void theOnlyProcessOfAnApplicationStaysWhileOthersMayMakeRoom() {
      Scenario pool = Scenario.ofMax(2);
      ProcessId old = pool.idle("a");
      RequestId busy = pool.serve("b");
      restart(pool);
      assertThat(pool.stopped).isEmpty();
      pool.done(busy);
      assertThat(pool.stopped)
          .extracting(PoolEffect.Stop::process)
          .containsOnly(pool.process(busy));
      pool.gone(pool.process(busy));
      assertThat(pool.states("a")).containsExactly("idle", "starting");
      pool.ready(pool.lastStarted());
      assertThat(pool.isStopped(old)).isTrue();
    }

    @Test
    void itGoesFirstWhenTheOthersAreAllWithinTheirMinimum() {
      Scenario pool = Scenario.ofMax(2);
      pool.configured("b", 1);
      pool.ready(pool.lastStarted());
      ProcessId old = pool.idle("a");
      restart(pool);
      assertThat(pool.isStopped(old)).isTrue();
      pool.gone(old);
      pool.ready(pool.lastStarted());
      assertThat(generations(pool, "a")).containsExactly(2);
    }

    @Test
    void roomThatThoseWhoWaitHaveTakenIsNotTakenBack() {
      Scenario pool = Scenario.ofMax(3);
      List<ProcessId> old = pool.idle("a", 3);
      restart(pool);
      RequestId other = pool.request("b");
      pool.gone(old.get(0));
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(other);
      roll(pool, "a");
      assertThat(generations(pool, "a")).containsExactly(2, 2);
    }
  }

  @Nested
  class ANewGenerationThatCannotStart {

    private final Scenario pool = Scenario.ofMax(10);

    @Test
    void leavesTheOldOneServingAndIsTriedAgainByItself() {
      List<ProcessId> old = pool.idle("a", 2);
      restart(pool);
      for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
        int starts = pool.starts.size();
        pool.failStart(pool.lastStarted(), "syntax error");
        pool.gone(pool.lastStarted());
        pool.pass(Duration.ofSeconds(seconds).minusMillis(1));
        assertThat(pool.starts).hasSize(starts);
        pool.passMillis(1);
        assertThat(pool.starts).hasSize(starts + 1);
      }
      assertThat(old).noneMatch(pool::isStopped);
      pool.ready(pool.lastStarted());
      roll(pool, "a");
      assertThat(generations(pool, "a")).containsExactly(2, 2);
    }

    @Test
    void refusesNobodyWhileOldOnesLive() {
      RequestId busy = pool.serve("a");
      restart(pool);
      RequestId waiting = pool.request("a");
      pool.failStart(pool.lastStarted(), "syntax error");
      assertThat(pool.refused).isEmpty();
      pool.done(busy);
      assertThat(pool.process(waiting)).isEqualTo(pool.process(busy));
      assertThat(pool.appStatus("a").lastFailure()).isNotNull();
    }

    @Test
    void costsNoMoreThanOneOldProcessWhereThereIsNoRoom() {
      Scenario full = Scenario.ofMax(3);
      List<ProcessId> old = full.idle("a", 3);
      restart(full);
      full.gone(old.get(0));
      for (int i = 0; i < 5; i++) {
        full.failStart(full.lastStarted(), "syntax error");
        full.gone(full.lastStarted());
        full.pass(Duration.ofMinutes(1));
      }
      assertThat(full.states("a")).containsExactly("idle", "idle", "starting");
    }

    @Test
    void thatDiesAsSoonAsItIsReadyCostsNoMoreThanOneOldProcess() {
      pool.idle("a", 3);
      restart(pool);
      for (int i = 0; i < 5; i++) {
        ProcessId fresh = pool.lastStarted();
        pool.ready(fresh);
        for (PoolEffect.Start start : List.copyOf(pool.starts)) {
          if (start.generation() == 2 && pool.livingOf("a").contains(start.process())) {
            pool.gone(start.process());
          }
        }
        pool.pass(Duration.ofMinutes(1));
      }
      assertThat(pool.states("a")).filteredOn("idle"::equals).hasSize(2);
    }

    @Test
    void withNothingLeftIsToldToThoseWhoAsk() {
      Scenario one = Scenario.ofMax(1);
      ProcessId old = one.idle("a");
      restart(one);
      one.gone(old);
      one.failStart(one.lastStarted(), "syntax error");
      one.gone(one.lastStarted());
      assertThat(one.refusal(one.request("a"))).isInstanceOf(PoolException.SpawnFailed.class);
    }
  }
}
