package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {

  /** Somewhere before the clock turns over, as nanoTime may. */
  private static final long NOW = Long.MAX_VALUE - 5_000_000_000L;

  /** The waits between tries that each take this long. */
  private static List<Long> waits(Duration within, Duration aTry) {
    long now = NOW;
    Patience patience = new Patience(now, within);
    List<Long> millis = new ArrayList<>();
    while (true) {
      now += aTry.toNanos();
      Duration wait = patience.next(now);
      if (wait == null) {
        assertThat(patience.tries()).isEqualTo(millis.size() + 1);
        return millis;
      }
      millis.add(wait.toMillis());
      now += wait.toNanos();
    }
  }

  @Test
  void isFifteenTriesThatDoubleWhileBelowTwoSeconds() {
    assertThat(waits(Duration.ofMinutes(1), Duration.ZERO))
        .containsExactly(
            100L, 200L, 400L, 800L, 1600L, 3200L, 3200L, 3200L, 3200L, 3200L, 3200L, 3200L, 3200L,
            3200L);
  }

  @Test
  void endsWithATryAtTheDeadline() {
    assertThat(waits(Duration.ofSeconds(1), Duration.ZERO)).containsExactly(100L, 200L, 400L, 300L);
    assertThat(waits(Duration.ofSeconds(1), Duration.ofMillis(400))).containsExactly(100L, 100L);
  }

  @Test
  void isOneTryWithoutTime() {
    assertThat(waits(Duration.ZERO, Duration.ZERO)).isEmpty();
    assertThat(waits(Duration.ofMillis(-1), Duration.ZERO)).isEmpty();
  }
}
