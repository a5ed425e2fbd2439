package dev.carpool.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllowanceTest {

  private static final long SECOND = 1_000_000_000L;
  private final Allowance allowance = new Allowance(0);

  private long takenAt(long now) {
    long taken = 0;
    while (allowance.take(100, now)) {
      taken += 100;
    }
    return taken;
  }

  @Test
  void aMebibyteIsThereAtOnce() {
    assertThat(takenAt(1)).isBetween(Allowance.AT_ONCE - 100, Allowance.AT_ONCE);
    assertThat(takenAt(1)).isZero();
  }

  @Test
  void afterThatComesWhatASecondBrings() {
    long sum = takenAt(0);
    for (int millis = 1; millis <= 10_000; millis++) {
      sum += takenAt(millis * SECOND / 1000);
    }
    assertThat(sum).isBetween(3_400_000L, Allowance.AT_ONCE + 10 * Allowance.A_SECOND);
  }

  @Test
  void whenItIsUsedUpNothingIsTakenForASecond() {
    takenAt(0);
    assertThat(takenAt(SECOND - 1_000_000)).isZero();
    assertThat(takenAt(SECOND + 1_000_000)).isGreaterThan(Allowance.A_SECOND - 1000);
  }

  @Test
  void aLongSilenceBringsNoMoreThanWhatIsThereAtOnce() {
    takenAt(0);
    assertThat(takenAt(1_000_000 * SECOND)).isLessThanOrEqualTo(Allowance.AT_ONCE);
  }
}
