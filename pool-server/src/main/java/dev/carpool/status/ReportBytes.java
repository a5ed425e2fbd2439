package dev.carpool.status;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A report as the bytes that go into a pipe, as many as there is room for. */
final class ReportBytes {

  private final byte[] whole;

  ReportBytes(String report) {
    this.whole = report.getBytes(StandardCharsets.UTF_8);
  }

  int length() {
    return whole.length;
  }

  /** The report; if there is too little room, its first lines and a line that says so. */
  byte[] fitting(int room) {
    if (whole.length <= room) {
      return whole;
    }
    byte[] notice =
        "... cut here: the report has %d bytes, the pipe holds %d; 'carpool status' says it all%n"
            .formatted(whole.length, room)
            .getBytes(StandardCharsets.UTF_8);
    int end = Math.max(0, room - notice.length);
    while (end > 0 && whole[end - 1] != '\n') {
      end--;
    }
    byte[] fitting = Arrays.copyOf(whole, end + notice.length);
    System.arraycopy(notice, 0, fitting, end, notice.length);
    return fitting;
  }
}
