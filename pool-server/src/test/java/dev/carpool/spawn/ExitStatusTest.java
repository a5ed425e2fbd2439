package dev.carpool.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the end of a process is said. */
class ExitStatusTest {

  @ParameterizedTest
  @CsvSource({
    "0, exited with status 0",
    "127, exited with status 127",
    "137, was ended by SIGKILL",
    "162, was ended by signal 34",
    "255, exited with status 255",
  })
  void isInWords(int value, String words) {
    assertThat(new ExitStatus(value)).hasToString(words);
  }
}
