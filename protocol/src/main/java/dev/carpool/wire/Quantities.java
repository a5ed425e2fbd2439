package dev.carpool.wire;

import dev.carpool.api.PoolException.BadRequest;
import java.time.Duration;

/** Numbers and times between the wide fields of messages and the types of the contract. */
public final class Quantities {

  private Quantities() {}

  /**
   * The value of a setting, which a message holds as 64 bits so that a wrong one arrives as it was
   * meant.
   *
   * @throws BadRequest if it is no int; the finer limits are checked by whoever knows them
   */
  public static int number(String setting, long value) throws BadRequest {
    if (value != (int) value) {
      throw new BadRequest(
          "%s is %d, but must be between %d and %d"
              .formatted(setting, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
    return (int) value;
  }

  /** A time from a message; what does not fit (more than 292 million years) is the longest. */
  public static Duration unsignedMillis(long millis) {
    return Duration.ofMillis(millis < 0 ? Long.MAX_VALUE : millis);
  }

  /**
   * A time for a message, rounded up so that a short one does not become 0, which often means
   * something else.
   */
  public static long millis(Duration time) {
    try {
      return time.plusNanos(999_999).toMillis();
    } catch (ArithmeticException e) {
      return time.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
