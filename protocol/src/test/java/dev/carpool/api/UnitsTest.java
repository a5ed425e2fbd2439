package dev.carpool.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

  @Nested
  class ATime {
    @ParameterizedTest
    @CsvSource({
      "500ms, PT0.5S",
      "30s, PT30S",
      "5m, PT5M",
      "2h, PT2H",
      "1d, PT24H",
      "1.5s, PT1.5S",
      "1m30s, PT1M30S",
      "' 10s ', PT10S",
      "0, PT0S",
      "0s, PT0S"
    })
    void isANumberAndItsUnit(String text, Duration time) {
      assertThat(Units.time(text)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "s", "30 s", "-1s", "5min", "1s,", "s30", "1e3s", "٣s"})
    void ofAnyOtherFormIsRefusedWithAnExample(String text) {
      assertThatThrownBy(() -> Units.time(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "'%s' is not a time; write a number and its unit, as \"30s\", \"500ms\", \"5m\" or \"1h30m\"",
              text);
    }

    @Test
    void longerThanAClockCountsIsRefused() {
      assertThatThrownBy(() -> Units.time("999999999999d"))
          .hasMessage("'999999999999d' is longer than 292 years");
    }
  }

  @Nested
  class ASize {
    @ParameterizedTest
    @CsvSource({
      "0, 0",
      "7B, 7",
      "512KiB, 524288",
      "64MiB, 67108864",
      "64 MiB, 67108864",
      "1.5GiB, 1610612736",
      "2kB, 2000",
      "1MB, 1000000"
    })
    void isANumberAndItsUnit(String text, long bytes) {
      assertThat(Units.size(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "64M", "MiB", "-1MiB", "64mib"})
    void ofAnyOtherFormIsRefusedWithAnExample(String text) {
      assertThatThrownBy(() -> Units.size(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not a size; write a number and its unit, as \"512KiB\"");
    }

    @Test
    void beyondALongIsRefused() {
      assertThatThrownBy(() -> Units.size("999999999999999TiB"))
          .hasMessageContaining("more than a file can hold");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT0.012S, 12ms",
    "PT1S, 1s",
    "PT1.59S, 1.5s",
    "PT59.9S, 59s",
    "PT60S, 1m",
    "PT1M5S, 1m05s",
    "PT2H5M59S, 2h05m",
    "PT24H, 1d",
    "PT74H30M, 3d02h"
  })
  void aTimeInWordsHasTwoUnitsAtMost(Duration time, String words) {
    assertThat(Units.words(time)).isEqualTo(words);
  }
}
