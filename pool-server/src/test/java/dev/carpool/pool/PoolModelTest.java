package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.VerifyException;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random events against the machine, each answer checked by a small reference that knows the rules
 * but not the code: {@link ReferencePool}. Time moves by the machine's own alarms alone, so that a
 * deadline which is kept shows that its alarm was asked for.
 */
class PoolModelTest {

  private static final int EVENTS = 21_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 164, 248})
  void everyAnswerToRandomEventsKeepsTheRules(long seed) {
    RandomPool pool = new RandomPool(seed);
    try {
      while (pool.events() < EVENTS) {
        pool.step();
      }
      pool.calmDown();
      pool.finish();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage() + pool.lastEvents(), e);
    }
    assertThat(pool.granted()).as("sessions of seed " + seed).isGreaterThan(EVENTS / 100);
  }

  @Test
  void theReferenceObjectsToARequestThatIsAnsweredTwice() {
    ReferencePool reference = new ReferencePool(PoolLimits.DEFAULT);
    Request request = new Request(new RequestId(1), Specs.app("a"), 0, 100, 0);
    reference.requested(request.id(), request.app(), request.deadline());
    reference.now = 100;
    PoolException late = new PoolException.QueueTimeout("late", Duration.ofSeconds(1));
    reference.refused(request, late);

    assertThatThrownBy(() -> reference.refused(request, late)).isInstanceOf(VerifyException.class);
  }
}
