package dev.carpool.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LineSplitterTest {

  private final List<String> lines = new ArrayList<>();
  private final LineSplitter splitter = new LineSplitter(lines::add);

  private void comes(String text) {
    splitter.take(text.getBytes(UTF_8));
  }

  private void comesRaw(String bytes) {
    splitter.take(bytes.getBytes(ISO_8859_1));
  }

  @Nested
  class Splitting {

    @Test
    void linesComeOutWholeHoweverTheirBytesArrive() {
      comes("one\ntw");
      assertThat(lines).containsExactly("one");
      comes("o\n\n");
      comes("three");
      assertThat(lines).containsExactly("one", "two", "");
    }

    @Test
    void theLastLineNeedsNoEnd() {
      comes("the last words");
      splitter.end();
      splitter.end();
      assertThat(lines).containsExactly("the last words");
    }

    @Test
    void aCarriageReturnBeforeTheLineFeedGoesWithIt() {
      comes("from Windows\r\n\r\n");
      assertThat(lines).containsExactly("from Windows", "");
    }

    @Test
    void aCharacterMayArriveInTwoHalves() {
      byte[] euro = "€\n".getBytes(UTF_8);
      splitter.take(new byte[] {euro[0]});
      splitter.take(new byte[] {euro[1], euro[2], euro[3]});
      assertThat(lines).containsExactly("€");
    }
  }

  @Nested
  class Cutting {

    @Test
    void aLineOfTheGreatestLengthIsWhole() {
      comes("x".repeat(8192) + "\n");
      assertThat(lines).containsExactly("x".repeat(8192));
    }

    @Test
    void aLongerOneSaysHowMuchIsMissing() {
      comes("x".repeat(8000));
      comes("x".repeat(12_537) + "\nnext\n");
      assertThat(lines).containsExactly("x".repeat(8192) + " ... 12,345 bytes more", "next");
    }

    @Test
    void noCharacterIsCutInTwo() {
      comes("x".repeat(8191) + "€uro\n");
      assertThat(lines).containsExactly("x".repeat(8191) + " ... 6 bytes more");
      lines.clear();
      comes("x".repeat(8189) + "€uro\n");
      assertThat(lines).containsExactly("x".repeat(8189) + "€ ... 3 bytes more");
      lines.clear();
      comes("x".repeat(8190) + "😀\n");
      assertThat(lines).containsExactly("x".repeat(8190) + " ... 4 bytes more");
    }
  }

  @Nested
  class Harmless {

    @Test
    void lettersOfAllKindsAndTabsStay() {
      comes("naïve\tΩ 漢字 😀\n");
      assertThat(lines).containsExactly("naïve\tΩ 漢字 😀");
    }

    @Test
    void whatATerminalWouldFollowIsShown() {
      comes("\u001b[2J\u0007\0 over\rwritten \u007f \u009b31m \u202e\u2066\u2028\n");
      assertThat(lines)
          .containsExactly(
              "\\x1b[2J\\x07\\x00 over\\x0dwritten \\x7f \\x9b31m \\u202e\\u2066\\u2028");
    }

    @Test
    void bytesThatAreNoUtf8AreShown() {
      comesRaw("caf\u00e9 \u00ff\u00c3\u0028 \u00e2\u0082\n");
      assertThat(lines).containsExactly("caf\\xe9 \\xff\\xc3( \\xe2\\x82");
      lines.clear();
      comesRaw("\u00ed\u00a0\u0080 \u00c0\u00af\n"); // half a character, a slash in disguise
      assertThat(lines).containsExactly("\\xed\\xa0\\x80 \\xc0\\xaf");
    }

    @Test
    void anyBytesMakeLinesWithoutControlCharacters() {
      Random random = new Random(4);
      for (int i = 0; i < 2000; i++) {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        splitter.take(bytes);
      }
      splitter.end();
      assertThat(lines)
          .isNotEmpty()
          .allMatch(
              line -> line.codePoints().noneMatch(c -> c != '\t' && Character.isISOControl(c)))
          .allMatch(line -> new String(line.getBytes(UTF_8), UTF_8).equals(line));
    }
  }
}
