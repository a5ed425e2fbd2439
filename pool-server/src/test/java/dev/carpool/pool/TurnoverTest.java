package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The rate at which places come free, by hand: rest(t) = exp(-t / 10 s). */
class TurnoverTest {

  private static final Duration MILLI = Duration.ofMillis(1);

  private final Turnover turnover = new Turnover();
  private long now = 5;

  TurnoverTest() {
    turnover.pass(now, 0);
  }

  /** So many places are taken for a while, and at its end one of them comes free. */
  private void served(int places, long millis) {
    pass(places, millis);
    turnover.free();
  }

  private void pass(int places, long millis) {
    now += Duration.ofMillis(millis).toNanos();
    turnover.pass(now, places);
  }

  @Test
  void nothingIsKnownBeforeAPlaceHasComeFree() {
    assertThat(turnover.isKnown(1)).isFalse();
    pass(4, 60_000);
    assertThat(turnover.isKnown(4)).isFalse();
    turnover.free();
    assertThat(turnover.isKnown(4)).isTrue();
    assertThat(turnover.isKnown(0)).isFalse();
  }

  @Test
  void theFirstPlaceThatComesFreeTellsTheRate() {
    served(1, 2_000); // 10 s (1 - rest(2 s)) = 1.813 s for one place
    assertThat(turnover.timeFor(1, 1)).isCloseTo(Duration.ofMillis(1_813), MILLI);
    assertThat(turnover.timeFor(5, 1)).isCloseTo(Duration.ofMillis(9_063), MILLI);
  }

  @Test
  void placesThatAreTakenTogetherServeTogether() {
    served(1, 2_000);
    assertThat(turnover.timeFor(8, 4)).isCloseTo(Duration.ofMillis(2 * 1_813), MILLI);
  }

  @Test
  void aSteadyRateIsToldAsItIs() {
    for (int i = 0; i < 10_000; i++) {
      served(4, 25); // 40 in a second
    }
    // 10 s x 4 places, for 1 / (1 - rest(25 ms)) = 400.5 that came free
    assertThat(turnover.timeFor(100, 4)).isCloseTo(Duration.ofMillis(2_497), MILLI);
  }

  @Test
  void timeInWhichNoPlaceIsTakenSaysNothing() {
    served(1, 2_000);
    Duration before = turnover.timeFor(5, 1);
    pass(0, Duration.ofDays(30).toMillis());
    assertThat(turnover.timeFor(5, 1)).isEqualTo(before);
    pass(1, 1);
    assertThat(turnover.timeFor(5, 1)).isCloseTo(before, Duration.ofMillis(6));
  }

  @Test
  void afterABurstTheRateFallsWithTheTimeInWhichNothingComesFree() {
    for (int i = 0; i < 1_000; i++) {
      served(1, 1);
    }
    assertThat(turnover.timeFor(1_000, 1)).isCloseTo(Duration.ofMillis(1_000), MILLI);
    pass(1, 10_000);
    // taken: 10 s (1 - rest(11 s)) = 6.671 s; came free: 951.6 x rest(10 s) = 350.1
    assertThat(turnover.timeFor(1_000, 1)).isCloseTo(Duration.ofMillis(19_055), MILLI);
    pass(1, 90_000);
    assertThat(turnover.timeFor(1, 1)).isGreaterThan(Duration.ofSeconds(60));
  }

  @Test
  void afterHoursWithoutAPlaceThatComesFreeTheTimeIsLongAndNoError() {
    served(1, 1);
    pass(1, Duration.ofMinutes(30).toMillis());
    assertThat(turnover.timeFor(1, 1)).isGreaterThan(Duration.ofDays(1));
  }

  @Test
  void anotherPaceReplacesTheOldOneInSomeSecondsOfWork() {
    for (int i = 0; i < 1_000; i++) {
      served(1, 10);
    }
    for (int i = 0; i < 60; i++) {
      served(1, 1_000);
    }
    assertThat(turnover.timeFor(10, 1)).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10));
  }
}
