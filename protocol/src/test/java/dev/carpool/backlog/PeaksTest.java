package dev.carpool.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PeaksTest {

  private final Peaks peaks = new Peaks();

  private static AcceptQueue queue(long inode, int waiting) {
    return new AcceptQueue(new ListenerAddress.Unix("/run/x.sock", 0), inode, waiting, 128, -1, -1);
  }

  @Test
  void areTheMostThatWasSeen() {
    peaks.see(List.of(queue(1, 5), queue(2, 0)));
    peaks.see(List.of(queue(1, 3), queue(2, 1)));

    assertThat(peaks.of(queue(1, 3))).isEqualTo(5);
    assertThat(peaks.of(queue(2, 1))).isEqualTo(1);
  }

  @Test
  void ofASocketThatIsGoneAreForgotten() {
    peaks.see(List.of(queue(1, 5)));
    peaks.see(List.of(queue(2, 1)));
    peaks.see(List.of(queue(1, 2)));

    assertThat(peaks.of(queue(1, 2))).isEqualTo(2);
  }

  @Test
  void ofASocketThatWasNeverSeenAreWhatItIsNow() {
    assertThat(peaks.of(queue(3, 7))).isEqualTo(7);
  }
}
