package dev.carpool.pool;

import com.google.common.base.Verify;
import java.time.Duration;

/**
 * How fast places come free: the places that are taken now, divided by how long one stays taken.
 *
 * <p>How long that is follows from two sums, the places that came free and the time that places
 * were taken, both fading with the same time constant. The time of a session that never ends is in
 * it too, so places that hang make the rate fall. Time in which no place is taken says nothing
 * about it and does not pass here: after a quiet night the last known rate holds, and a few seconds
 * of work replace it.
 */
final class Turnover {

  /** Nanoseconds of work after which what was learnt before weighs 1/e. */
  private static final double TIME_CONSTANT = 10e9;

  private long upTo = Long.MIN_VALUE;

  /** Places that came free, faded. */
  private double freed;

  /** Nanoseconds that places were taken, summed over the places, faded. */
  private double taken;

  /** Takes note of the time since the last call, in which so many places were taken. */
  void pass(long now, int places) {
    long elapsed = upTo == Long.MIN_VALUE ? 0 : now - upTo;
    upTo = now;
    if (places > 0 && elapsed > 0) {
      double rest = Math.exp(-elapsed / TIME_CONSTANT);
      freed *= rest;
      taken = taken * rest + places * TIME_CONSTANT * (1 - rest);
    }
  }

  /** A place came free now. */
  void free() {
    freed++;
  }

  /** Whether a rate can be told: something has come free, and something will. */
  boolean isKnown(int places) {
    return freed > 0 && places > 0;
  }

  /**
   * The time until so many who wait have been served.
   *
   * @param places that are taken now
   */
  Duration timeFor(int waiting, int places) {
    Verify.verify(isKnown(places), "no rate of %s places", places);
    return Duration.ofNanos((long) (waiting * (taken / freed) / places));
  }
}
