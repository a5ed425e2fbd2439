package dev.carpool.live;

import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.pool.PoolEvent;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What an administrator changes: the words of the receipt, and the event that does it. */
record Change(String what, String before, String after, PoolEvent event) {

  /** Reads the machine, under its lock, for what is to be changed. */
  @FunctionalInterface
  interface Wish {
    Change read() throws PoolException;
  }

  /**
   * Of a limit.
   *
   * @param reading how the limit is said
   * @throws IllegalArgumentException if it cannot be so
   */
  static Change ofLimit(
      String what,
      PoolLimits before,
      UnaryOperator<PoolLimits> change,
      Function<PoolLimits, Object> reading) {
    PoolLimits after = change.apply(before);
    return new Change(
        what,
        reading.apply(before).toString(),
        reading.apply(after).toString(),
        new PoolEvent.LimitsChanged(after));
  }
}
