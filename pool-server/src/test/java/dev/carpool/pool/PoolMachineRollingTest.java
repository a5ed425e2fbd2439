package dev.carpool.pool;

import static dev.carpool.pool.Rolls.generations;
import static dev.carpool.pool.Rolls.limits;
import static dev.carpool.pool.Rolls.restart;
import static dev.carpool.pool.Rolls.roll;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rule 11: a restart replaces processes one for one, and the old ones serve until then. */
class PoolMachineRollingTest {

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
}
