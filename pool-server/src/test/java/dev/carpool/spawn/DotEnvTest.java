package dev.carpool.spawn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DotEnvTest {

  private static final Path FILE = Path.of("/srv/blog/.env");

  private static Map<String, String> parsed(String text) throws StartProblem {
    return DotEnv.parse(FILE, text.getBytes(UTF_8));
  }

  private static String problem(String text) {
    return catchThrowableOfType(StartProblem.class, () -> parsed(text)).summary();
  }

  @Test
  void aLineIsAVariable() throws Exception {
    assertThat(parsed("A=1\nexport B=two words\n  _c3 = x=y  \nEMPTY=\n"))
        .isEqualTo(Map.of("A", "1", "B", "two words", "_c3", "x=y", "EMPTY", ""));
  }

  @Test
  void commentsAndBlankLinesAreNone() throws Exception {
    assertThat(parsed("# A=1\n\n   \n\t# B=2\r\nC=3 # why\r\nD=#\nE=a#b"))
        .isEqualTo(Map.of("C", "3", "D", "", "E", "a#b"));
  }

  @Test
  void quotesKeepWhatIsInThem() throws Exception {
    assertThat(parsed("A=' # $x \\n '\nB=\" # $x \\n\\t\\\"\\\\\\$ \" # b\nC=''\nD=\"\""))
        .isEqualTo(Map.of("A", " # $x \\n ", "B", " # $x \n\t\"\\$ ", "C", "", "D", ""));
  }

  @Test
  void nothingIsExpanded() throws Exception {
    assertThat(parsed("A=$HOME/`id`$(id)~")).isEqualTo(Map.of("A", "$HOME/`id`$(id)~"));
  }

  @Test
  void theLastOfTwoCounts() throws Exception {
    assertThat(parsed("A=1\nA=2")).isEqualTo(Map.of("A", "2"));
  }

  @Test
  void aBadLineIsNamedAndNotQuoted() {
    assertThat(problem("A=1\n\nsecret-token\n"))
        .isEqualTo("/srv/blog/.env:3: this line is no line NAME=VALUE");
    assertThat(problem("my.var=1")).isEqualTo("/srv/blog/.env:1: this line is no line NAME=VALUE");
    assertThat(problem("A='secret"))
        .isEqualTo("/srv/blog/.env:1: this line has a quote that is not closed at its end");
    assertThat(problem("A=\"x\" secret"))
        .isEqualTo("/srv/blog/.env:1: this line has a quote that is not closed at its end");
    assertThat(problem("A=1\nB=\0")).isEqualTo("/srv/blog/.env:2: this line contains a NUL");
  }

  @Test
  void whatIsNoTextIsNamed() {
    StartProblem problem =
        catchThrowableOfType(
            StartProblem.class, () -> DotEnv.parse(FILE, "A=1\nB=\u00e4".getBytes(ISO_8859_1)));

    assertThat(problem.summary()).isEqualTo("/srv/blog/.env:2: this line is no text in UTF-8");
  }
}
