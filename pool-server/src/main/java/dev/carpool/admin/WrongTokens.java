package dev.carpool.admin;

import java.time.Duration;

/**
 * How many wrong tokens came within this second. Five are answered one by one and said in the log;
 * the others are counted, and told to come later.
 *
 * <p>Safe in any thread.
 */
final class WrongTokens {

  private static final int A_SECOND = 5;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private long began; // guarded by this
  private int count; // guarded by this; since began
  private long unsaid; // guarded by this

  /**
   * What becomes of a wrong token.
   *
   * @param answered whether it is said
   * @param unsaid how many were not, since the last one that was
   */
  record Fate(boolean answered, long unsaid) {}

  /**
   * Another one came.
   *
   * @param now of a clock in nanoseconds that only goes on
   */
  synchronized Fate next(long now) {
    if (count == 0 || now - began >= SECOND) {
      began = now;
      count = 0;
    }
    count++;
    if (count > A_SECOND) {
      unsaid++;
      return new Fate(false, 0);
    }
    Fate fate = new Fate(true, unsaid);
    unsaid = 0;
    return fate;
  }
}
