package dev.carpool.pool;

import com.google.common.math.LongMath;
import java.time.Duration;

/** Sums of the machine's nanoseconds that stop at the end of time instead of turning over. */
final class Times {

  private Times() {}

  static long after(long instant, Duration duration) {
    return LongMath.saturatedAdd(instant, nanos(duration));
  }

  /** A duration in nanoseconds; 292 years are for ever. */
  private static long nanos(Duration duration) {
    return duration.toSeconds() > Long.MAX_VALUE / 1_000_000_000L - 1
        ? Long.MAX_VALUE
        : duration.toNanos();
  }
}
