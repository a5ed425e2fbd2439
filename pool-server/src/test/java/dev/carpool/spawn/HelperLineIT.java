package dev.carpool.spawn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.ContractLanguage;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.spawn.SpokenLine.Frame;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** spawn-helpers/CONTRACT.md frame by frame; this test is the server. */
@ParameterizedClass
@EnumSource(value = ContractLanguage.class, mode = EnumSource.Mode.EXCLUDE, names = "PHP")
@Timeout(60)
final class HelperLineIT {

  private static final Duration A_SECOND = Duration.ofMillis(1500);
  private static final byte WHOLE = 0;
  private static final byte CUT_SHORT = 1;
  private static final int MIB = 1 << 20;

  @Parameter private ContractLanguage language = ContractLanguage.PYTHON;

  @BeforeEach
  void begin() throws IOException, InterruptedException {
    language.assumeInstalled();
  }

  private SpokenLine ready() throws Exception {
    SpokenLine line = SpokenLine.to(language.app("whole"));
    line.awaitReady();
    return line;
  }

  @Test
  void aStartSaysItsStepsThenHowManyItServesAndOnWhichSignalItShowsWhatItDoes() throws Exception {
    try (SpokenLine line = SpokenLine.to(language.app("whole").withConcurrency(3))) {
      List<Frame> frames = line.awaitReady();
      assertThat(frames.getFirst().type()).isEqualTo(Line.STEP);
      assertThat(frames).extracting(Frame::text).contains(language.loading());
      assertThat(frames.getLast().number()).isEqualTo(language.servesSeveralAtOnce() ? 3 : 1);
      assertThat(frames.getLast().text()).matches("trace=[1-9][0-9]?");
    }
  }

  @Test
  void stopEndsItWithStatus0() throws Exception {
    try (SpokenLine line = ready()) {
      line.send(Line.STOP);
      assertThat(line.awaitEnd()).isZero();
    }
  }

  @Test
  void aStopThatComesTooEarlyIsHeeded() throws Exception {
    try (SpokenLine line = SpokenLine.to(language.app("whole"))) {
      line.send(Line.STOP);
      assertThat(line.awaitEnd()).isZero();
    }
  }

  @Test
  void stopLetsARequestFinish() throws Exception {
    try (SpokenLine line = ready();
        Descriptor connection = line.serve("/drip/3/100")) {
      line.send(Line.STOP);
      assertThat(SpokenLine.text(connection)).endsWith("dripdripdrip");
      assertThat(line.frame().payload()).containsExactly(WHOLE);
      assertThat(line.awaitEnd()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/sleep/30000", "/drip/1000/100"})
  void theEndOfTheLineEndsItWithinASecondWhateverItDoes(String path) throws Exception {
    try (SpokenLine line = ready();
        Descriptor connection = path.isEmpty() ? null : line.serve(path)) {
      if (path.startsWith("/drip")) {
        assertThat(connection).isNotNull();
        assertThat(SpokenLine.some(connection)).startsWith("Status: 200");
      }
      long began = System.nanoTime();
      line.hangUp();
      assertThat(line.awaitEnd()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(A_SECOND);
    }
  }

  @Test
  void theEndOfTheLineBehindAStopIsSeenByABusyProcess() throws Exception {
    try (SpokenLine line = ready();
        Descriptor _ = line.serve("/sleep/30000")) {
      Thread.sleep(100);
      line.send(Line.STOP);
      line.hangUp();
      long began = System.nanoTime();
      assertThat(line.awaitEnd()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(A_SECOND);
    }
  }

  @Test
  void sigtermEndsItAtOnce() throws Exception {
    try (SpokenLine line = ready();
        Descriptor connection = line.serve("/drip/1000/30")) {
      assertThat(SpokenLine.some(connection)).startsWith("Status: 200");
      line.signal(15);
      assertThat(line.awaitEnd()).isEqualTo(128 + 15);
    }
  }

  @Test
  void sigintHasNoEffect() throws Exception {
    try (SpokenLine line = ready()) {
      line.signal(2);
      assertThat(line.answer("/pid")).endsWith("\r\n\r\n" + line.pid());
    }
  }

  @Test
  void anUnknownFrameIsPrintedAndEndsItWithStatus70() throws Exception {
    try (SpokenLine line = ready()) {
      line.send('Z');
      assertThat(line.awaitEnd()).isEqualTo(70);
      assertThat(line.output()).contains("unknown frame");
    }
  }

  @Test
  void doneIsSaidAfterTheResponseAndBeforeItsEnd() throws Exception {
    try (SpokenLine line = ready();
        Descriptor connection = line.serve("/stream/1")) {
      assertThat(SpokenLine.text(connection)).endsWith("x".repeat(100));
      assertThat(line.hasFrame()).isTrue();
      assertThat(line.frame()).extracting(Frame::type, Frame::number).containsExactly('D', 1);
    }
  }

  @Test
  void aResponseIsCutShortIfItIsNotWhole() throws Exception {
    try (SpokenLine line = ready()) {
      assertThat(line.whetherWhole("/pid")).isEqualTo(WHOLE);
      assertThat(line.whetherWhole("/raise")).isEqualTo(WHOLE);
      assertThat(line.whetherWhole("/length/10/30")).isEqualTo(WHOLE);
      assertThat(line.whetherWhole("/bodiless/204")).isEqualTo(WHOLE);
      assertThat(line.whetherWhole("/raise-late")).isEqualTo(CUT_SHORT);
      assertThat(line.whetherWhole("/length/10/4")).isEqualTo(CUT_SHORT);
    }
  }

  @Test
  void theConnectionIsMarkedBeforeTheFirstByteAndNotEarlier() throws Exception {
    try (SpokenLine line = ready();
        SocketPair pair = SocketPair.open()) {
      line.serve(pair, language.marks() ? "/sleep/300" : "/drip/2/150");
      Thread.sleep(100);
      assertThat(pair.theirs().priority()).isZero();
      assertThat(line.isAnswering()).isFalse();
      assertThat(SpokenLine.some(pair.ours())).startsWith("Status: 200");
      boolean marked = pair.theirs().priority() == 1;
      assertThat(marked).isEqualTo(language.marks());
      assertThat(line.isAnswering()).isEqualTo(!language.marks());
    }
  }

  @Test
  void aConnectionThatDoesNotBlockIsServedAsWell() throws Exception {
    try (SpokenLine line = ready();
        SocketPair pair = SocketPair.open()) {
      pair.theirs().nonBlocking();
      line.serve(pair, "/stream/4");
      Thread.sleep(50);
      assertThat(SpokenLine.text(pair.ours()).length()).isGreaterThan(4 * MIB);
      assertThat(line.frame().payload()).containsExactly(WHOLE);
    }
  }

  @Test
  void aPeerThatClosesWithoutAWordIsADone() throws Exception {
    try (SpokenLine line = ready()) {
      try (SocketPair pair = SocketPair.open()) {
        line.send(Line.SERVE, pair.theirs());
      }
      assertThat(line.frame().payload()).containsExactly(WHOLE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.0\r\n\r\n",
        "999999:",
        "5:hello,",
        "70:" + "CONTENT_LENGTH\0x\0",
        "24:CONTENT_LENGTH\0000\000SCGI\0001\0;"
      })
  void whatIsNoScgiIsRefused(String bytes) throws Exception {
    try (SpokenLine line = ready();
        SocketPair pair = SocketPair.open()) {
      line.send(Line.SERVE, pair.theirs());
      pair.theirs().close();
      SpokenLine.send(pair.ours(), bytes);
      pair.ours().shutdownOutput();
      boolean http = language == ContractLanguage.NODE && bytes.startsWith("GET");
      assertThat(SpokenLine.text(pair.ours()))
          .startsWith(http ? "HTTP/1.1 500 " : "Status: 400 Bad Request\r\n");
      assertThat(line.frame().type()).isEqualTo(Line.DONE);
      assertThat(line.answer("/pid")).endsWith("" + line.pid());
    }
  }

  @Test
  void halfABodyIsNeverTakenForAWholeOne() throws Exception {
    try (SpokenLine line = ready();
        SocketPair pair = SocketPair.open()) {
      line.send(Line.SERVE, pair.theirs());
      pair.theirs().close();
      SpokenLine.send(pair.ours(), SpokenLine.request("/count", 1000) + "x".repeat(20));
      pair.ours().shutdownOutput();
      assertThat(SpokenLine.text(pair.ours())).doesNotContain("Status: 200");
      // A program reads its body itself, and its refusal is an answer like any other.
      assertThat(line.frame().payload())
          .containsExactly(language.servesItself() ? CUT_SHORT : WHOLE);
    }
  }

  @Test
  void aRequestInPiecesIsReadWhole() throws Exception {
    byte[] body = new byte[100_000];
    try (SpokenLine line = ready();
        SocketPair pair = SocketPair.open()) {
      line.send(Line.SERVE, pair.theirs());
      pair.theirs().close();
      String request = SpokenLine.request("/count", body.length);
      for (int i = 0; i < request.length(); i += 7) {
        String piece = request.substring(i, Math.min(i + 7, request.length()));
        SpokenLine.send(pair.ours(), piece);
        Thread.sleep(1);
      }
      SpokenLine.send(pair.ours(), new String(body, ISO_8859_1));
      assertThat(SpokenLine.text(pair.ours())).contains("\r\n\r\n100000 ");
    }
  }

  @Test
  void theApplicationIsNotGivenTheLineNorTheVariablesOfTheHelper() throws Exception {
    try (SpokenLine line = ready()) {
      assertThat(line.link(0)).isEqualTo("/dev/null");
      assertThat(line.answer("/environment")).doesNotContain("CARPOOL_ENTRY", "CARPOOL_CONC");
    }
  }
}
