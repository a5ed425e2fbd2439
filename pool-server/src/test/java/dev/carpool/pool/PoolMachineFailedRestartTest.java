package dev.carpool.pool;

import static dev.carpool.pool.Rolls.generations;
import static dev.carpool.pool.Rolls.restart;
import static dev.carpool.pool.Rolls.roll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule 11: a new generation that cannot start harms nobody. */
class PoolMachineFailedRestartTest {

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
