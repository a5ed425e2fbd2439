package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rules of the pool about its processes: how many there are, who serves, when they start. */
class PoolMachineTest {

  @Nested
  class Rule1Count {

    @Test
    void everyLivingProcessCountsUntilItIsGone() {
      Scenario pool = Scenario.ofMax(4);
      ProcessId idle = pool.idle("a");
      RequestId busy = pool.serve("b");
      RequestId draining = pool.serve("c");
      pool.on(new PoolEvent.Restarted("c", true));
      pool.request("d");
      assertThat(pool.machine().count()).isEqualTo(4);

      pool.on(new PoolEvent.Restarted("a", true));
      assertThat(pool.isStopped(idle)).isTrue();
      assertThat(pool.machine().count()).isEqualTo(4);

      pool.gone(idle);
      pool.gone(pool.process(busy));
      pool.gone(pool.process(draining));
      assertThat(pool.machine().count()).isEqualTo(1);
    }

    @Test
    void noMoreThanMaxAreEverStarted() {
      Scenario pool = Scenario.ofMax(2);
      pool.requests("a", 5);
      pool.requests("b", 5);
      assertThat(pool.starts).hasSize(2);
    }

    @Test
    void oneApplicationGetsNoMoreThanMaxPerApp() {
      Scenario pool = new Scenario(new PoolLimits(6, 2, Duration.ZERO, 6, 100));
      pool.requests("a", 5);
      assertThat(pool.starts).hasSize(2);
      pool.request("b");
      assertThat(pool.starts).hasSize(3);
    }

    @Test
    void aStoppingProcessKeepsItsRoomUntilItIsGone() {
      Scenario pool = Scenario.ofMax(1);
      ProcessId old = pool.idle("a");
      pool.on(new PoolEvent.Restarted("a"));
      RequestId id = pool.request("a");
      assertThat(pool.starts).hasSize(1);

      pool.gone(old);
      assertThat(pool.starts).hasSize(2);
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(id);
    }
  }

  @Nested
  class Rule2Active {

    @Test
    void aProcessWithSeveralSessionsIsActiveOnce() {
      Scenario pool = Scenario.ofMax(2);
      RequestId first = pool.serve("a", 2);
      RequestId second = pool.serve("a");
      pool.idle("b");
      assertThat(pool.machine().active()).isEqualTo(1);

      pool.done(first);
      assertThat(pool.machine().active()).isEqualTo(1);
      pool.done(second);
      assertThat(pool.machine().active()).isZero();
    }

    @Test
    void aBrokenProcessIsActiveUntilItsSessionsEnd() {
      Scenario pool = Scenario.ofMax(2);
      RequestId id = pool.serve("a");
      pool.on(new PoolEvent.Broken(pool.process(id), "garbage"));
      assertThat(pool.machine().active()).isEqualTo(1);
      pool.done(id);
      assertThat(pool.machine().active()).isZero();
    }
  }

  @Nested
  class Rule3FreePlace {

    @Test
    void theMostRecentlyUsedIdleProcessServes() {
      Scenario pool = Scenario.ofMax(3);
      List<ProcessId> idle = pool.idle("a", 3);
      assertThat(pool.process(pool.request("a"))).isEqualTo(idle.get(2));
      assertThat(pool.process(pool.request("a"))).isEqualTo(idle.get(1));
    }

    @Test
    void withSeveralPlacesTheProcessWithFewestSessionsServes() {
      Scenario pool = Scenario.ofMax(2);
      RequestId first = pool.request("a");
      RequestId second = pool.request("a");
      List<PoolEffect.Start> starts = List.copyOf(pool.starts);
      pool.ready(starts.get(0).process(), 4);
      pool.ready(starts.get(1).process(), 4);
      assertThat(pool.process(first)).isEqualTo(pool.process(second));

      RequestId third = pool.request("a");
      assertThat(pool.process(third)).isEqualTo(starts.get(1).process());
      RequestId fourth = pool.request("a");
      assertThat(pool.process(fourth)).isEqualTo(starts.get(1).process());
      assertThat(pool.starts).hasSize(2);
    }

    @Test
    void theHandOverNamesThePid() {
      Scenario pool = Scenario.ofMax(1);
      RequestId id = pool.serve("a");
      assertThat(pool.handOver(id).pid()).isEqualTo(1000 + pool.process(id).value());
    }
  }

  @Nested
  class Rule4StartingOnArrival {

    @Test
    void asManyStartAsRequestsWaitWithoutOne() {
      Scenario pool = Scenario.ofMax(6);
      pool.requests("a", 3);
      assertThat(pool.starts).hasSize(3);
    }

    @Test
    void noMoreThanMaxSpawningStartAtOnce() {
      Scenario pool = new Scenario(new PoolLimits(6, 0, Duration.ZERO, 2, 100));
      pool.requests("a", 2);
      pool.requests("b", 2);
      assertThat(pool.starts).hasSize(2);

      pool.ready(pool.starts.getFirst().process());
      assertThat(pool.starts).hasSize(3);
    }

    @Test
    void aStartThatIsUnderWayCoversAsManyRequestsAsTheLastProcessHadPlaces() {
      Scenario pool = Scenario.ofMax(6);
      pool.gone(pool.process(pool.serve("a", 3)));
      pool.configured("a", 0);
      pool.serve("a", 3);
      pool.requests("a", 2);
      pool.requests("a", 3);
      assertThat(pool.starts).hasSize(3);
      pool.request("a");
      assertThat(pool.starts).hasSize(4);
    }

    @Test
    void theIdleProcessOfAnotherApplicationThatIsIdleLongestMakesRoom() {
      Scenario pool = Scenario.ofMax(2);
      List<ProcessId> idle = pool.idle("a", 2);
      RequestId id = pool.request("b");
      assertThat(pool.stopped).extracting(PoolEffect.Stop::process).containsExactly(idle.get(0));
      assertThat(pool.status().expecting()).isEqualTo(1);
      assertThat(pool.status().waiting()).isZero();

      pool.gone(idle.get(0));
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(id);
    }

    @Test
    void noMoreProcessesAreRetiredThanAreWanted() {
      Scenario pool = Scenario.ofMax(3);
      pool.idle("a", 3);
      pool.request("b");
      pool.passMillis(100);
      pool.on(new PoolEvent.TimePassed());
      assertThat(pool.stopped).hasSize(1);
    }

    @Test
    void noMoreAreRetiredThanMayStartAtOnce() {
      Scenario pool = Scenario.ofMax(2);
      pool.idle("a", 2);
      pool.limits(pool.machine().limits().withMaxSpawning(1));
      pool.requests("b", 2);
      assertThat(pool.stopped).hasSize(1);
      assertThat(pool.status().waiting()).isEqualTo(1);
    }

    @Test
    void theMinimumOfAnotherApplicationIsNotRetired() {
      Scenario pool = Scenario.ofMax(1);
      pool.configured("a", 1);
      pool.ready(pool.lastStarted());
      RequestId id = pool.request("b");
      assertThat(pool.stopped).isEmpty();
      assertThat(pool.waits(id)).isTrue();
    }

    @Test
    void aClientThatClosesAndAsksAgainGetsItsProcessInsteadOfAStart() {
      Scenario pool = Scenario.ofMax(2);
      RequestId first = pool.serve("a");
      pool.close(first);
      RequestId second = pool.request("a");
      assertThat(pool.starts).hasSize(1);

      pool.passMillis(24);
      pool.done(first);
      assertThat(pool.process(second)).isEqualTo(pool.process(first));
      assertThat(pool.starts).hasSize(1);
    }

    @Test
    void aPlaceThatDoesNotReturnInTimeIsNotWaitedFor() {
      Scenario pool = Scenario.ofMax(2);
      RequestId first = pool.serve("a");
      pool.close(first);
      pool.request("a");
      pool.passMillis(25);
      assertThat(pool.starts).hasSize(2);
    }

    @Test
    void theApplicationWhoseHeadHasWaitedLongestGetsTheRoom() {
      Scenario pool = Scenario.ofMax(1);
      RequestId first = pool.serve("a");
      pool.request("c");
      pool.passMillis(1);
      pool.request("b");
      pool.done(first);
      pool.gone(pool.process(first));
      assertThat(pool.starts.getLast().app().name()).isEqualTo("c");
    }

    @Test
    void theMinimumOfAConfiguredApplicationIsStartedWithoutARequest() {
      Scenario pool = Scenario.ofMax(4);
      pool.configured("a", 2);
      assertThat(pool.starts).hasSize(2);
      pool.ready(pool.lastStarted());
      pool.gone(pool.lastStarted());
      assertThat(pool.starts).hasSize(3);
    }

    @Test
    void aRequestMayChangeHowTheNextProcessIsStarted() {
      Scenario pool = Scenario.ofMax(2);
      pool.serve("a");
      pool.on(
          new PoolEvent.Requested(
              new RequestId(99), Specs.app("a").withEntry("other:app"), Long.MAX_VALUE));
      assertThat(pool.starts.getLast().app().entry()).isEqualTo("other:app");
    }
  }
}
