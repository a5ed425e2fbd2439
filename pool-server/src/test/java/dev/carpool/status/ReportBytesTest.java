package dev.carpool.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReportBytesTest {

  private static final String LINE = "a line of the status of the pool, with its number\n";

  private final ReportBytes report = new ReportBytes(LINE.repeat(10));

  @Test
  void aReportThatFitsIsWhole() {
    assertThat(report.fitting(report.length())).asString().isEqualTo(LINE.repeat(10));
  }

  @Test
  void aReportThatDoesNotFitIsCutAtALineWithAWordAboutIt() {
    byte[] cut = report.fitting(report.length() - 1);

    assertThat(cut.length).isLessThan(report.length());
    assertThat(new String(cut, StandardCharsets.UTF_8))
        .isEqualTo(
            LINE.repeat(8)
                + "... cut here: the report has 500 bytes, the pipe holds 499; 'carpool status' says"
                + " it all\n");
  }

  @Test
  void withNoRoomForALineThereIsTheWordAlone() {
    assertThat(new String(report.fitting(10), StandardCharsets.UTF_8)).startsWith("... cut here");
  }
}
