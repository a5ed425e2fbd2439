package dev.carpool.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

  @Nested
  class AnOption {
    @Test
    void isTakenBeforeAndAfterOtherWords() throws MisuseException {
      Arguments arguments = words("--dir", "a", "max", "-v", "3", "--file=b");

      assertThat(arguments.flag("-v", "--verbose")).isTrue();
      assertThat(arguments.flag("-q")).isFalse();
      assertThat(arguments.option("--dir")).isEqualTo("a");
      assertThat(arguments.option("-f", "--file")).isEqualTo("b");
      assertThat(arguments.option("--other")).isNull();
      assertThat(arguments.next("it")).isEqualTo("max");
      assertThat(arguments.next("it")).isEqualTo("3");
      arguments.end();
    }

    @Test
    void mayHaveAnEmptyValue() throws MisuseException {
      assertThat(words("--dir=").option("--dir")).isEmpty();
    }

    @Test
    void withoutItsValueIsRefused() {
      assertThatThrownBy(() -> words("a", "--dir").option("--dir"))
          .isInstanceOf(MisuseException.class)
          .hasMessage("--dir needs a value");
    }

    @Test
    void givenTwiceIsRefusedUnderAnyOfItsNames() {
      assertThatThrownBy(() -> words("-d", "a", "--dir=b").option("-d", "--dir"))
          .isInstanceOf(MisuseException.class)
          .hasMessage("--dir is given twice");
    }

    @Test
    void thatNobodyTookIsRefusedWithTheNearest() {
      assertThatThrownBy(
              () -> {
                Arguments arguments = words("--jsn");
                arguments.flag("--json");
                arguments.end();
              })
          .isInstanceOf(MisuseException.class)
          .hasMessage("there is no option '--jsn'; did you mean '--json'?");
      assertThatThrownBy(() -> words("--zzzzzz=4").end())
          .hasMessage("there is no option '--zzzzzz=4'");
    }
  }

  @Nested
  class ANumber {
    @Test
    void isTaken() throws MisuseException {
      assertThat(words("--max", "3").number("--max", 1)).isEqualTo(3);
      assertThat(words().number("--max", 1)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "", "99999999999", "1.5"})
    void ofAnotherKindIsRefused(String value) {
      assertThatThrownBy(() -> words("--max", value).number("--max", 1))
          .isInstanceOf(MisuseException.class)
          .hasMessage("--max must be a whole number of at least 1, but is '" + value + "'");
    }
  }

  @Nested
  class AWord {
    @Test
    void mayBeANegativeNumberOrADash() throws MisuseException {
      Arguments arguments = words("-1", "-");
      assertThat(arguments.next()).isEqualTo("-1");
      assertThat(arguments.next()).isEqualTo("-");
      assertThat(arguments.next()).isNull();
    }

    @Test
    void afterTwoDashesIsNoOption() throws MisuseException {
      Arguments arguments = words("a", "--", "--dir", "--");
      assertThat(arguments.option("--dir")).isNull();
      assertThat(arguments.next()).isEqualTo("a");
      assertThat(arguments.next()).isEqualTo("--dir");
      assertThat(arguments.next()).isEqualTo("--");
      arguments.end();
    }

    @Test
    void thatIsMissingIsNamed() {
      assertThatThrownBy(() -> words().next("the application"))
          .isInstanceOf(MisuseException.class)
          .hasMessage("the application is missing");
    }

    @Test
    void tooManyIsRefused() {
      assertThatThrownBy(() -> words("a").end())
          .isInstanceOf(MisuseException.class)
          .hasMessage("'a' is too much");
    }
  }

  private static Arguments words(String... words) {
    return new Arguments(List.of(words));
  }
}
