package dev.carpool.pool;

import dev.carpool.api.Histogram;
import java.util.ArrayList;
import java.util.List;

/** How long something took, sorted by length: the counts of a {@link Histogram}. */
final class Durations {

  private static final double NANOS = 1e9;

  private final long[] counts = new long[Histogram.BOUNDS.size() + 1];
  private long nanos;

  void took(long nanoseconds) {
    nanos += nanoseconds;
    counts[Histogram.bucketOf(nanoseconds / NANOS)]++;
  }

  void add(Durations more) {
    nanos += more.nanos;
    for (int i = 0; i < counts.length; i++) {
      counts[i] += more.counts[i];
    }
  }

  Histogram snapshot() {
    List<Long> copy = new ArrayList<>(counts.length);
    for (long count : counts) {
      copy.add(count);
    }
    return new Histogram(copy, nanos / NANOS);
  }
}
