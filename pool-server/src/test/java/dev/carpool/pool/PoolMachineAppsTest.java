package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rule 17: applications come, change and go while the pool runs. */
class PoolMachineAppsTest {

  private final Scenario pool = Scenario.ofMax(4);

  @Nested
  class Forgotten {

    private void forget(String app) {
      pool.on(new PoolEvent.Forgotten(app));
    }

    @Test
    void itsIdleAndItsStartingProcessesStopAndThenItIsNoLongerKnown() {
      pool.configured("a", 2);
      pool.ready(pool.lastStarted());
      forget("a");
      assertThat(pool.states("a")).containsExactly("stopping", "stopping");
      assertThat(pool.stopped).extracting(PoolEffect.Stop::why).containsOnly("removed");

      pool.starts.stream().map(PoolEffect.Start::process).toList().forEach(pool::gone);
      assertThat(pool.knows("a")).isFalse();
      assertThat(pool.starts).hasSize(2);
    }

    @Test
    void oneWithoutProcessesVanishesAtOnce() {
      pool.configured("a", 0);
      forget("a");
      assertThat(pool.knows("a")).isFalse();
    }

    @Test
    void busyOnesFinishAndStop() {
      RequestId busy = busy();
      forget("a");
      assertThat(pool.isStopped(pool.process(busy))).isFalse();
      pool.done(busy);
      assertThat(pool.isStopped(pool.process(busy))).isTrue();
      assertThat(pool.unserved("a").lost()).isZero();
    }

    @Test
    void thoseWhoWaitAreServedByWhatBecomesFree() {
      pool.max(1);
      RequestId busy = busy();
      RequestId waiting = pool.request("a");
      forget("a");
      pool.done(busy);
      assertThat(pool.process(waiting)).isEqualTo(pool.process(busy));
      pool.done(waiting);
      assertThat(pool.isStopped(pool.process(busy))).isTrue();
    }

    @Test
    void thoseWhoWaitForAStartGetIt() {
      pool.configured("a", 0);
      RequestId waiting = pool.request("a");
      forget("a");
      assertThat(pool.stopped).isEmpty();
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(waiting);
    }

    @Test
    void aProcessThatStartsForNobodyAnyMoreStops() {
      pool.configured("a", 0);
      RequestId waiting = pool.request("a");
      forget("a");
      pool.withdraw(waiting);
      assertThat(pool.isStopped(pool.lastStarted())).isTrue();
    }

    @Test
    void aLateRequestIsServedAndBringsNoMinimumBack() {
      pool.configured("a", 2);
      List.copyOf(pool.starts).forEach(start -> pool.ready(start.process()));
      RequestId busy = pool.request("a");
      forget("a");
      RequestId late = pool.request("a");
      pool.done(busy);
      assertThat(pool.granted).containsKey(late);
      pool.done(late);
      assertThat(pool.states("a")).containsOnly("stopping");
    }

    @Test
    void itsFailureIsForgottenToo() {
      pool.configured("a", 0);
      pool.request("a");
      pool.failStart(pool.lastStarted(), "no such module");
      pool.gone(pool.lastStarted());
      assertThat(pool.knows("a")).isTrue();
      forget("a");
      assertThat(pool.knows("a")).isFalse();
      assertThat(pool.status().unserved().spawnFailed()).isEqualTo(1);
    }

    @Test
    void oneThatIsConfiguredAgainBeforeItVanishedStays() {
      RequestId busy = busy();
      forget("a");
      pool.configured("a", 1);
      pool.done(busy);
      assertThat(pool.isStopped(pool.process(busy))).isFalse();
      assertThat(pool.appStatus("a").generation()).isEqualTo(1);
    }

    @Test
    void oneThatIsNotKnownIsNoted() {
      forget("a");
      assertThat(pool.notes).containsExactly("no application 'a' to forget");
    }

    /** A request of a configured application whose only process serves it. */
    private RequestId busy() {
      pool.configured("a", 1);
      pool.ready(pool.lastStarted());
      return pool.serve("a");
    }
  }

  @Nested
  class ConfiguredAnew {

    private void configure(AppSpec spec) {
      pool.on(new PoolEvent.Configured(spec));
    }

    @Test
    void anotherMinimumBeginsNoGeneration() {
      pool.configured("a", 1);
      pool.ready(pool.lastStarted());
      pool.configured("a", 3);
      assertThat(pool.appStatus("a").generation()).isEqualTo(1);
      assertThat(pool.states("a")).containsExactly("idle", "starting", "starting");
    }

    @Test
    void aLowerMinimumLetsTheIdleGo() {
      pool.limits(pool.machine().limits().withMaxIdleTime(Duration.ofSeconds(5)));
      pool.configured("a", 1);
      pool.ready(pool.lastStarted());
      pool.pass(Duration.ofMinutes(1));
      assertThat(pool.stopped).isEmpty();
      pool.configured("a", 0);
      assertThat(pool.stopped).hasSize(1);
    }

    @Test
    void anythingElseBeginsAGenerationOfTheNewSort() {
      pool.configured("a", 2);
      List.copyOf(pool.starts).forEach(start -> pool.ready(start.process()));
      RequestId busy = pool.request("a");
      AppSpec other = pool.spec("a").withEntry("other:app");
      configure(other);
      assertThat(pool.appStatus("a").generation()).isEqualTo(2);
      assertThat(pool.states("a")).containsExactlyInAnyOrder("idle", "busy", "starting");
      assertThat(pool.starts.getLast().app()).isEqualTo(other);
      pool.ready(pool.lastStarted());
      pool.ready(pool.lastStarted());
      pool.done(busy);
      assertThat(pool.isStopped(pool.process(busy))).isTrue();
    }

    @Test
    void thoseWhoWaitAreServedByTheNewGeneration() {
      pool.max(1);
      pool.configured("a", 0);
      RequestId busy = pool.serve("a");
      RequestId waiting = pool.request("a");
      configure(pool.spec("a").withEntry("other:app"));
      pool.done(busy);
      pool.gone(pool.process(busy));
      assertThat(pool.starts.getLast().app().entry()).isEqualTo("other:app");
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(waiting);
    }

    @Test
    void aRequestWithTheOldDescriptionDoesNotBringItBack() {
      pool.configured("a", 0);
      configure(pool.spec("a").withEntry("other:app"));
      pool.request("a");
      assertThat(pool.starts.getLast().app().entry()).isEqualTo("other:app");
    }

    @Test
    void theSameAgainChangesNothing() {
      pool.configured("a", 1);
      pool.ready(pool.lastStarted());
      pool.configured("a", 1);
      assertThat(pool.appStatus("a").generation()).isEqualTo(1);
      assertThat(pool.states("a")).containsExactly("idle");
    }
  }
}
