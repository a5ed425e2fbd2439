package dev.carpool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogFormatTest {

  private static final long TIME = Instant.parse("2026-01-02T03:04:05.006Z").toEpochMilli();

  private static String printed(LogFormat format, String app, String line) {
    StringBuilder text = new StringBuilder();
    format.printed(text, TIME, app, 4711, line);
    return text.toString();
  }

  private static String event(
      LogFormat format,
      String level,
      String logger,
      @Nullable String app,
      String message,
      @Nullable String exception) {
    StringBuilder text = new StringBuilder();
    format.event(text, new LogFormat.Event(TIME, level, logger, app, 4711, message, exception));
    return text.toString();
  }

  @Test
  void aPrintedLineHasTimeAppAndPid() {
    assertThat(printed(LogFormat.TEXT, "blog", "hello"))
        .isEqualTo("2026-01-02T03:04:05.006Z blog[4711] hello\n");
  }

  @Test
  void theTimeIsAsLongForEveryInstant() {
    for (String time : new String[] {"1970-01-01T00:00:00.000Z", "2031-12-31T23:59:59.999Z"}) {
      StringBuilder text = new StringBuilder();
      LogFormat.TEXT.printed(text, Instant.parse(time).toEpochMilli(), "a", 1, "");
      assertThat(text).startsWith(time + " a[1] ");
    }
  }

  @Test
  void aMessageOfTheServerHasTheLastPartOfItsLogger() {
    assertThat(event(LogFormat.TEXT, "WARN", "dev.carpool.spawn.HelperProcess", null, "so", null))
        .isEqualTo("2026-01-02T03:04:05.006Z WARN  HelperProcess so\n");
  }

  @Test
  void anAppIsNamedWholeEvenWithDotsInItsName() {
    assertThat(event(LogFormat.TEXT, "INFO", "app.my.blog", "my.blog", "hello", null))
        .isEqualTo("2026-01-02T03:04:05.006Z INFO  my.blog [4711] hello\n");
  }

  @Test
  void aMessageCannotDrawOnTheTerminalButMayHaveLines() {
    assertThat(event(LogFormat.TEXT, "ERROR", "a.B", null, "one\ntwo\u001b[31m", "E\n\tat x\n"))
        .isEqualTo("2026-01-02T03:04:05.006Z ERROR B one\ntwo\\x1b[31m\nE\n\tat x\n");
  }

  @Test
  void jsonHasAFieldForEachPart() {
    assertThat(printed(LogFormat.JSON, "blog", "say \"hi\" \\ \t"))
        .isEqualTo(
            "{\"time\":\"2026-01-02T03:04:05.006Z\",\"level\":\"INFO\",\"logger\":\"app.blog\","
                + "\"app\":\"blog\",\"pid\":4711,\"message\":\"say \\\"hi\\\" \\\\ \\t\"}\n");
    assertThat(event(LogFormat.JSON, "ERROR", "a.B", null, "no", "E: x\n"))
        .isEqualTo(
            "{\"time\":\"2026-01-02T03:04:05.006Z\",\"level\":\"ERROR\",\"logger\":\"a.B\","
                + "\"message\":\"no\",\"exception\":\"E: x\\n\"}\n");
  }

  @Test
  void jsonIsOneLineWhateverIsInIt() {
    assertThat(event(LogFormat.JSON, "INFO", "a", null, "\0\r\n\u007f\u0085\ud800x\udc00😀", null))
        .endsWith("\"message\":\"\\u0000\\u000d\\n\\u007f\\u0085\\ud800x\\udc00😀\"}\n")
        .hasLineCount(1);
  }
}
