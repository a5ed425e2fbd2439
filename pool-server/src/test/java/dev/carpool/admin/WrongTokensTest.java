package dev.carpool.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WrongTokensTest {

  private static final long SECOND = 1_000_000_000L;

  private final WrongTokens tokens = new WrongTokens();

  private long answered(long from, long count) {
    return LongStream.range(from, from + count).filter(now -> tokens.next(now).answered()).count();
  }

  @Test
  void fiveASecondAreAnswered() {
    assertThat(answered(-7, 100)).isEqualTo(5);
    assertThat(answered(SECOND - 8, 1)).isZero();
    assertThat(answered(SECOND - 7, 100)).isEqualTo(5);
  }

  @Test
  void theOthersAreCountedAndSaidWithTheNextOne() {
    assertThat(answered(0, 12)).isEqualTo(5);

    assertThat(tokens.next(SECOND)).isEqualTo(new WrongTokens.Fate(true, 7));
    assertThat(tokens.next(SECOND + 1)).isEqualTo(new WrongTokens.Fate(true, 0));
  }
}
