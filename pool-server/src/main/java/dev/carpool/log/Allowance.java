package dev.carpool.log;

/**
 * How much of what one application prints the server's log still takes: 1 MiB at once, and 256 KiB
 * a second after that, so that a flood neither fills the disk nor hides what others say. When it is
 * used up nothing is taken for a second, so that what is taken hangs together.
 */
final class Allowance {

  static final long AT_ONCE = 1 << 20;
  static final long A_SECOND = 256 << 10;

  private static final long SECOND = 1_000_000_000;

  private long left = AT_ONCE;
  private long filledAt;
  private boolean dry;

  /** How many processes share it; counted by {@link Outlets}. */
  int sharers;

  Allowance(long now) {
    filledAt = now;
  }

  /**
   * Takes bytes out of what is left.
   *
   * @param now in nanoseconds, on any clock that does not go back
   * @return false if there are not so many left; then nothing is taken
   */
  boolean take(long bytes, long now) {
    long since = Math.min(now - filledAt, AT_ONCE / A_SECOND * SECOND);
    long more = since * A_SECOND / SECOND;
    if (more > 0) {
      left = Math.min(AT_ONCE, left + more);
      filledAt = now;
    }
    dry = dry ? left < A_SECOND : left < bytes;
    if (dry) {
      return false;
    }
    left -= bytes;
    return true;
  }
}
