package dev.carpool.api;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a setter did.
 *
 * @param what the setting, or the application that was restarted
 * @param before the value it had, in words
 * @param after the value it has now, in words
 * @param count processes that live now, as {@link ApplicationPool#count()} says
 * @param draining how many of them will end because of this, when they are free or replaced
 */
public record Receipt(String what, String before, String after, int count, int draining) {

  private static final String NOT_RESTARTED = "not restarted";

  /** Of an application that was not restarted, since nothing of it is newer than its processes. */
  public static Receipt unchanged(String app, Instant since, int count, int draining) {
    String before = "unchanged since " + since.truncatedTo(ChronoUnit.SECONDS);
    return new Receipt(app, before, NOT_RESTARTED, count, draining);
  }

  @Override
  public String toString() {
    if (after.equals(NOT_RESTARTED)) {
      return "%s: %s: %s".formatted(what, before, after);
    }
    return "%s: %s -> %s (%d running, %d to drain)".formatted(what, before, after, count, draining);
  }
}
