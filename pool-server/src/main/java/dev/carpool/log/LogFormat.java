package dev.carpool.log;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** How a line of a log looks. */
public enum LogFormat {
  /** {@code 2026-11-22T05:23:12.042Z blog[4711] what it printed}. */
  TEXT {
    @Override
    void printed(StringBuilder to, long millis, String app, long pid, String line) {
      time(to, millis);
      to.append(' ');
      HarmlessText.append(to, app);
      to.append('[').append(pid).append("] ").append(line).append('\n');
    }

    @Override
    public void event(StringBuilder to, Event event) {
      time(to, event.millis());
      to.append(' ').append(event.level()).repeat(' ', Math.max(1, 6 - event.level().length()));
      HarmlessText.append(to, event.shortLogger());
      to.append(' ');
      HarmlessText.append(to, event.text());
      to.append('\n');
      if (event.exception() != null) {
        HarmlessText.append(to, event.exception());
      }
    }
  },

  /** One JSON object a line, valid whatever the bytes were. */
  JSON {
    @Override
    void printed(StringBuilder to, long millis, String app, long pid, String line) {
      event(to, new Event(millis, "INFO", APPS + app, app, pid, line, null));
    }

    @Override
    public void event(StringBuilder to, Event event) {
      to.append("{\"time\":\"");
      time(to, event.millis());
      to.append('"');
      member(to, "level", event.level());
      member(to, "logger", event.logger());
      if (event.app() != null) {
        member(to, "app", event.app());
        to.append(",\"pid\":").append(event.pid());
      }
      member(to, "message", event.message());
      if (event.exception() != null) {
        member(to, "exception", event.exception());
      }
      to.append("}\n");
    }
  };

  /** What the names of the loggers of applications begin with. */
  public static final String APPS = "app.";

  /**
   * The SLF4J message of a line that a process printed; its arguments are the pid, a {@code Long},
   * and the line.
   */
  public static final String PRINTED = "[{}] {}";

  /**
   * Something for the server's log.
   *
   * @param millis since 1970
   * @param logger its full name
   * @param app whose process printed this; null for a message of the server's
   * @param pid of that process
   * @param exception its stack trace, lines ended by line feeds
   */
  public record Event(
      long millis,
      String level,
      String logger,
      @Nullable String app,
      long pid,
      String message,
      @Nullable String exception) {

    private String shortLogger() {
      return app != null
          ? app
          : logger.startsWith(APPS)
              ? logger.substring(APPS.length())
              : logger.substring(logger.lastIndexOf('.') + 1);
    }

    private String text() {
      return app == null ? message : "[" + pid + "] " + message;
    }
  }

  /** Adds the line of a log file for something that a process printed. */
  abstract void printed(StringBuilder to, long millis, String app, long pid, String line);

  /** Adds an event with its line feed. */
  public abstract void event(StringBuilder to, Event event);

  private static void member(StringBuilder to, String name, String value) {
    to.append(",\"").append(name).append("\":\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> to.append('\\').append(c);
        case '\n' -> to.append("\\n");
        case '\t' -> to.append("\\t");
        default -> {
          if (c < ' ' || (c >= 0x7f && c <= 0x9f) || alone(value, i)) {
            HarmlessText.hex(to.append("\\u"), c, 4);
          } else {
            to.append(c);
          }
        }
      }
    }
    to.append('"');
  }

  /** Whether there is half a character, which UTF-8 cannot say. */
  private static boolean alone(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  /** RFC 3339 in UTC with milliseconds. By hand, since a formatter would cost more than a line. */
  private static void time(StringBuilder to, long millis) {
    LocalDateTime at = LocalDateTime.ofEpochSecond(Math.floorDiv(millis, 1000), 0, ZoneOffset.UTC);
    to.append(at.getYear());
    digits(to.append('-'), at.getMonthValue(), 2);
    digits(to.append('-'), at.getDayOfMonth(), 2);
    digits(to.append('T'), at.getHour(), 2);
    digits(to.append(':'), at.getMinute(), 2);
    digits(to.append(':'), at.getSecond(), 2);
    digits(to.append('.'), (int) Math.floorMod(millis, 1000L), 3);
    to.append('Z');
  }

  private static void digits(StringBuilder to, int number, int least) {
    int ten = 10;
    for (int i = 1; i < least; i++, ten *= 10) {
      if (number < ten) {
        to.repeat('0', least - i);
        break;
      }
    }
    to.append(number);
  }
}
