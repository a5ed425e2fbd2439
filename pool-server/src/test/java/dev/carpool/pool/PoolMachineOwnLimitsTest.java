package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppLimits;
import dev.carpool.api.PoolLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rule 23: what an application may have that others have not. */
class PoolMachineOwnLimitsTest {

  private static final AppLimits ONE = AppLimits.NONE.withMax(1);

  @Nested
  class OfItsProcesses {

    private final Scenario pool = Scenario.ofMax(4);

    @Test
    void anApplicationHasNoMoreThanItsMaxThoughOthersMay() {
      pool.limited("a", ONE);
      pool.serve("a");
      pool.serve("b");
      RequestId waits = pool.request("a");
      pool.serve("b");
      assertThat(pool.states("a")).containsExactly("busy");
      assertThat(pool.states("b")).containsExactly("busy", "busy");
      assertThat(pool.granted).doesNotContainKey(waits);
    }

    @Test
    void theSmallerOfItsMaxAndMaxPerAppCounts() {
      Scenario both = new Scenario(new PoolLimits(8, 2, Duration.ZERO, 8, 100));
      both.limited("strict", ONE);
      both.limited("generous", AppLimits.NONE.withMax(5));
      for (String app : List.of("strict", "generous")) {
        for (int i = 0; i < 4; i++) {
          both.request(app);
        }
      }
      assertThat(both.states("strict")).hasSize(1);
      assertThat(both.states("generous")).hasSize(2);
    }

    @Test
    void whoeverWaitsTooLongForItIsToldOfIt() {
      pool.limited("a", ONE);
      pool.serve("a");
      RequestId waits = pool.request("a");
      pool.pass(Duration.ofMinutes(2));
      assertThat(pool.refusal(waits))
          .hasMessageContaining("it has all the processes it may have (its max is 1)");
    }

    @Test
    void aLowerOneInTheConfigurationStopsIdleProcessesAndRestartsNone() {
      pool.configured("a", 2);
      List.copyOf(pool.starts).forEach(start -> pool.ready(start.process()));
      pool.on(new PoolEvent.Configured(pool.spec("a").withMin(1).withLimits(ONE)));
      assertThat(pool.stopped).extracting(PoolEffect.Stop::why).containsExactly("above its max");
      assertThat(pool.appStatus("a").generation()).isEqualTo(1);
    }

    @Test
    void aRestartAtItsMaxReplacesWithoutOneMore() {
      pool.limited("a", ONE);
      ProcessId old = pool.idle("a");
      pool.on(new PoolEvent.Restarted("a", false));
      assertThat(pool.isStopped(old)).isTrue();
      assertThat(pool.starts).hasSize(1);
      pool.gone(old);
      assertThat(pool.starts).hasSize(2);
    }
  }

  @Nested
  class OfItsIdleTime {

    private final Scenario pool =
        new Scenario(new PoolLimits(4, 0, Duration.ofSeconds(60), 4, 100));

    @Test
    void itTakesThePlaceOfThePools() {
      pool.limited("shorter", AppLimits.NONE.withMaxIdleTime(Duration.ofSeconds(5)));
      pool.limited("never", AppLimits.NONE.withMaxIdleTime(Duration.ZERO));
      ProcessId shorter = pool.idle("shorter");
      ProcessId usual = pool.idle("usual");
      ProcessId never = pool.idle("never");
      pool.pass(Duration.ofMillis(4_999));
      assertThat(pool.stopped).isEmpty();
      pool.passMillis(1);
      assertThat(pool.stopped).containsExactly(new PoolEffect.Stop(shorter, "idle for 5 s", false));
      pool.pass(Duration.ofSeconds(55));
      assertThat(pool.isStopped(usual)).isTrue();
      pool.pass(Duration.ofDays(1));
      assertThat(pool.isStopped(never)).isFalse();
    }

    @Test
    void aShorterOneInTheConfigurationHoldsAtOnceAndRestartsNone() {
      pool.configured("a", 0);
      pool.idle("a");
      pool.pass(Duration.ofSeconds(10));
      AppLimits short5 = AppLimits.NONE.withMaxIdleTime(Duration.ofSeconds(5));
      pool.on(new PoolEvent.Configured(pool.spec("a").withLimits(short5)));
      assertThat(pool.stopped).extracting(PoolEffect.Stop::why).containsExactly("idle for 5 s");
      assertThat(pool.appStatus("a").generation()).isEqualTo(1);
    }
  }
}
