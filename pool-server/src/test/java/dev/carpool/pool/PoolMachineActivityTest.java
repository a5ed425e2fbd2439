package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppLimits;
import dev.carpool.api.Histogram;
import dev.carpool.api.PoolStatus.Activity;
import dev.carpool.api.RunningRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the pool did is counted too, and adds up. */
class PoolMachineActivityTest {

  private final Scenario pool = Scenario.ofMax(2);

  private Activity activity() {
    return pool.status().activity();
  }

  private long ended(String cause) {
    return activity().ended().getOrDefault(cause, -1L);
  }

  private static long bucket(Histogram histogram, double seconds) {
    return histogram.counts().get(Histogram.bucketOf(seconds));
  }

  @Nested
  class Requests {

    @Test
    void aServedOneIsCountedOnceWithTheTimeItWaited() {
      RequestId id = pool.request("a");
      pool.passMillis(40);
      pool.ready(pool.lastStarted());
      pool.done(id);
      pool.done(id);
      assertThat(activity().granted()).isEqualTo(1);
      assertThat(activity().served()).isEqualTo(1);
      assertThat(bucket(activity().waits(), 0.04)).isEqualTo(1);
      assertThat(activity().waits().sum()).isEqualTo(0.04);
    }

    @Test
    void whoHadGoneGivesThePlaceBackAndIsWithdrawn() {
      RequestId id = pool.serve("a");
      pool.on(new PoolEvent.NotTaken(pool.session(id), true));
      assertThat(activity().notTaken()).isEqualTo(1);
      assertThat(pool.unserved("a").withdrawn()).isEqualTo(1);
      assertThat(activity().served()).isZero();
    }

    @Test
    void aFailedHandOverIsCountedAndItsRequestIsGrantedAgain() {
      RequestId id = pool.serve("a");
      pool.failHandOver(id);
      pool.ready(pool.lastStarted());
      pool.done(id);
      assertThat(activity().failedHandOvers()).isEqualTo(1);
      assertThat(activity().granted()).isEqualTo(2);
      assertThat(activity().served()).isEqualTo(1);
    }

    @Test
    void theCountsOfAForgottenApplicationStayInTheSum() {
      pool.done(pool.serve("a"));
      pool.on(new PoolEvent.Forgotten("a"));
      pool.gone(pool.livingOf("a").getFirst());
      assertThat(pool.status().apps()).isEmpty();
      assertThat(activity().served()).isEqualTo(1);
      assertThat(ended("removed")).isEqualTo(1);
    }

    @Test
    void thoseThatRunAreNamedOldestFirst() {
      RequestId first = pool.serve("a");
      pool.passMillis(1_000);
      RequestId second = pool.serve("b");
      pool.passMillis(500);
      assertThat(pool.running())
          .containsExactly(
              running("a", first, Duration.ofMillis(1_500)),
              running("b", second, Duration.ofMillis(500)));
      assertThat(pool.appStatus("a").processes().getFirst().oldestSession())
          .isEqualTo(Duration.ofMillis(1_500));
    }

    private RunningRequest running(String app, RequestId id, Duration age) {
      return new RunningRequest(app, pool.handOver(id).pid(), pool.session(id).value(), age, "");
    }
  }

  @Nested
  class Starts {

    @Test
    void areCountedByHowLongTheyTook() {
      pool.request("a");
      pool.passMillis(200);
      pool.ready(pool.lastStarted());
      pool.request("b");
      pool.passMillis(3_000);
      pool.failStart(pool.lastStarted(), "no such module");
      assertThat(bucket(activity().starts(), 0.2)).isEqualTo(1);
      assertThat(bucket(activity().failedStarts(), 3)).isEqualTo(1);
      assertThat(pool.appStatus("b").activity().starts()).isEqualTo(Histogram.EMPTY);
    }
  }

  @Nested
  class Ends {

    @Test
    void allCausesAreThereFromTheBeginning() {
      assertThat(activity().ended().values()).containsOnly(0L);
      assertThat(activity().ended().keySet())
          .containsExactly(
              "died",
              "start_failed",
              "idle",
              "above_limit",
              "made_room",
              "restarted",
              "max_requests",
              "memory",
              "max_request_time",
              "removed",
              "shutdown");
    }

    @Test
    void byItself() {
      pool.gone(pool.idle("a"));
      assertThat(ended("died")).isEqualTo(1);
    }

    @Test
    void byABrokenLineItIsTheSame() {
      ProcessId process = pool.idle("a");
      pool.on(new PoolEvent.Broken(process, "end of file on the line"));
      pool.gone(process);
      assertThat(ended("died")).isEqualTo(1);
    }

    @Test
    void forWantOfAStart() {
      pool.request("a");
      ProcessId process = pool.lastStarted();
      pool.failStart(process, "no such module");
      pool.gone(process);
      assertThat(ended("start_failed")).isEqualTo(1);
    }

    @Test
    void aboveALimitAndForAnotherApplication() {
      pool.idle("a", 2);
      pool.max(1);
      pool.livingOf("a").stream().filter(pool::isStopped).toList().forEach(pool::gone);
      assertThat(ended("above_limit")).isEqualTo(1);
      pool.request("b");
      pool.gone(pool.livingOf("a").getFirst());
      assertThat(ended("made_room")).isEqualTo(1);
    }

    @Test
    void becauseItWasRestartedWhileItWasBusy() {
      RequestId id = pool.serve("a");
      pool.on(new PoolEvent.Cleared());
      pool.done(id);
      pool.gone(pool.process(id));
      assertThat(ended("restarted")).isEqualTo(1);
    }

    @Test
    void becauseItsRequestTookTooLong() {
      pool.limited("a", AppLimits.NONE.withMaxRequestTime(Duration.ofSeconds(1)));
      RequestId id = pool.serve("a");
      pool.passMillis(1_000);
      pool.gone(pool.process(id));
      assertThat(ended("max_request_time")).isEqualTo(1);
      assertThat(pool.status().unserved().lost()).isEqualTo(1);
    }

    @Test
    void becauseItGrew() {
      ProcessId process = pool.idle("a");
      pool.on(new PoolEvent.Outgrown(process, "uses 2G", true));
      pool.gone(process);
      assertThat(ended("memory")).isEqualTo(1);
    }

    @Test
    void withThePool() {
      ProcessId process = pool.idle("a");
      pool.shutDown(Duration.ofSeconds(1));
      pool.gone(process);
      assertThat(ended("shutdown")).isEqualTo(1);
    }
  }

  @Nested
  class Lengths {

    @Test
    void aBoundBelongsToItsOwnBucket() {
      List<Double> bounds = Histogram.BOUNDS;
      for (int i = 0; i < bounds.size(); i++) {
        assertThat(Histogram.bucketOf(bounds.get(i))).isEqualTo(i);
        assertThat(Histogram.bucketOf(bounds.get(i) + 1e-9)).isEqualTo(i + 1);
      }
      assertThat(Histogram.bucketOf(0)).isZero();
    }
  }
}
