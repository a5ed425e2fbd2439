package dev.carpool.descriptor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When to try once more what has just failed: Apache's mod_cgid waits like this for its daemon. 15
 * tries, with 100 ms between the first two, and twice as long after each while that is below 2 s;
 * but never longer than the caller can wait, whose last try is at the end.
 *
 * <p>Knows no clock. For one thread.
 */
public final class Patience {

  private static final int TRIES = 15;
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(2);

  private final long deadline;
  private Duration delay = FIRST;
  private int tries = 1;

  /** Before the first try, which is made at once. Both times are {@link System#nanoTime}'s. */
  public Patience(long now, Duration within) {
    deadline = now + within.toNanos();
  }

  /**
   * How long to wait before the next try.
   *
   * @param now when the last one failed
   * @return null if there is to be none
   */
  public @Nullable Duration next(long now) {
    long left = deadline - now;
    if (left <= 0 || tries == TRIES) {
      return null;
    }
    tries++;
    Duration wait = delay.toNanos() < left ? delay : Duration.ofNanos(left);
    if (delay.compareTo(LONG) < 0) {
      delay = delay.multipliedBy(2);
    }
    return wait;
  }

  /** Tries until now, with the one that {@link #next} has allowed. */
  public int tries() {
    return tries;
  }
}
