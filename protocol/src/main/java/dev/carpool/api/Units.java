package dev.carpool.api;

import com.google.common.collect.ImmutableMap;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times and sizes as people write them: {@code "30s"}, {@code "1m30s"}, {@code "500ms"}, {@code
 * "64MiB"}.
 *
 * <p>A number without a unit is refused, save 0: nobody should have to guess what 30 means.
 */
public final class Units {

  /** What a time looks like, for messages and help texts. */
  public static final String TIME_EXAMPLES = "\"30s\", \"500ms\", \"5m\" or \"1h30m\"";

  /** What a size looks like, for messages and help texts. */
  public static final String SIZE_EXAMPLES = "\"512KiB\", \"64MiB\" or \"1GiB\"";

  private static final Pattern TIME_PART =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?) ?(B|[KMGT]iB|[kKMGT]B)");

  private static final ImmutableMap<String, BigDecimal> NANOS =
      ImmutableMap.of(
          "ms", BigDecimal.valueOf(1_000_000L),
          "s", BigDecimal.valueOf(1_000_000_000L),
          "m", BigDecimal.valueOf(60_000_000_000L),
          "h", BigDecimal.valueOf(3_600_000_000_000L),
          "d", BigDecimal.valueOf(86_400_000_000_000L));

  private Units() {}

  /**
   * The time that a text says.
   *
   * @throws IllegalArgumentException with a message for whoever wrote the text
   */
  public static Duration time(String text) {
    String trimmed = text.strip();
    if (trimmed.equals("0")) {
      return Duration.ZERO;
    }
    Matcher part = TIME_PART.matcher(trimmed);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (end < trimmed.length() && part.find(end) && part.start() == end) {
      BigDecimal unit = NANOS.getOrDefault(part.group(2), BigDecimal.ZERO);
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit));
      end = part.end();
    }
    if (end == 0 || end < trimmed.length()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a time; write a number and its unit, as " + TIME_EXAMPLES);
    }
    if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("'" + text + "' is longer than 292 years");
    }
    return Duration.ofNanos(nanos.longValue());
  }

  /**
   * The number of bytes that a text says.
   *
   * @throws IllegalArgumentException with a message for whoever wrote the text
   */
  public static long size(String text) {
    String trimmed = text.strip();
    if (trimmed.equals("0")) {
      return 0;
    }
    Matcher size = SIZE.matcher(trimmed);
    if (!size.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size; write a number and its unit, as " + SIZE_EXAMPLES);
    }
    BigDecimal bytes = new BigDecimal(size.group(1)).multiply(unitOfSize(size.group(2)));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("'" + text + "' is more than a file can hold");
    }
    return bytes.longValue();
  }

  private static BigDecimal unitOfSize(String unit) {
    int power =
        switch (unit.charAt(0)) {
          case 'k', 'K' -> 1;
          case 'M' -> 2;
          case 'G' -> 3;
          case 'T' -> 4;
          default -> 0;
        };
    return BigDecimal.valueOf(unit.contains("i") ? 1024 : 1000).pow(power);
  }

  /** A time in seconds with a fraction, to the millisecond, as programs take it. */
  public static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }

  /** A time in at most two units, rounded down: {@code "2h05m"}, {@code "1.5s"}, {@code "12ms"}. */
  public static String words(Duration time) {
    long millis = time.toMillis();
    if (millis < 1000) {
      return millis == 0 ? "0s" : millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds < 60) {
      long tenth = millis % 1000 / 100;
      return tenth == 0 || seconds >= 10 ? seconds + "s" : seconds + "." + tenth + "s";
    }
    if (seconds < 3600) {
      return twoUnits(seconds / 60, "m", seconds % 60, "s");
    }
    if (seconds < 86400) {
      return twoUnits(seconds / 3600, "h", seconds % 3600 / 60, "m");
    }
    return twoUnits(seconds / 86400, "d", seconds % 86400 / 3600, "h");
  }

  private static String twoUnits(long many, String unit, long rest, String restUnit) {
    return rest == 0 ? many + unit : "%d%s%02d%s".formatted(many, unit, rest, restUnit);
  }
}
