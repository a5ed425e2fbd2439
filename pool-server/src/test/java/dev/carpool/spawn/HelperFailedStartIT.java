package dev.carpool.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.ContractLanguage;
import dev.carpool.spawn.SpokenLine.Frame;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A start that fails in a helper of ours, where that loads code. */
final class HelperFailedStartIT {

  @ParameterizedTest
  @EnumSource(
      value = ContractLanguage.class,
      names = {"CGI", "PHP"},
      mode = EnumSource.Mode.EXCLUDE)
  void saysWhyAndEndsItsProcessWithStatus1(ContractLanguage language) throws Exception {
    try (SpokenLine line = SpokenLine.to(language.app("raises"))) {
      Frame failed = line.frame();
      while (failed.type() == Line.STEP) {
        failed = line.frame();
      }
      assertThat(failed.type()).isEqualTo(Line.FAILED);
      assertThat(failed.text()).contains("boom while loading").contains(language.startFile());
      assertThat(line.awaitEnd()).isEqualTo(1);
    }
  }
}
