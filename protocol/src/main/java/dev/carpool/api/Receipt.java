package dev.carpool.api;

/**
 * What a setter did.
 *
 * @param what the setting, or the application that was restarted
 * @param before the value it had, in words
 * @param after the value it has now, in words
 * @param count processes that live now, as {@link ApplicationPool#count()} says
 * @param draining how many of them will end because of this as soon as they are free
 */
public record Receipt(String what, String before, String after, int count, int draining) {

  @Override
  public String toString() {
    return "%s: %s -> %s (%d running, %d to drain)".formatted(what, before, after, count, draining);
  }
}
