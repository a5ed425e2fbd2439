package dev.carpool.api;

import com.google.common.base.Preconditions;
import java.util.Collections;
import java.util.List;

/**
 * How long things took: exact counts, by length.
 *
 * @param counts of each bucket by itself: of {@code i} those that took more than {@code BOUNDS[i -
 *     1]} and at most {@code BOUNDS[i]}; the last one is of all that took longer
 * @param sum of all, in seconds
 */
public record Histogram(List<Long> counts, double sum) {

  /** The upper bounds of the buckets but the last, in seconds. */
  public static final List<Double> BOUNDS =
      List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0);

  public static final Histogram EMPTY =
      new Histogram(Collections.nCopies(BOUNDS.size() + 1, 0L), 0);

  public Histogram {
    Preconditions.checkArgument(
        counts.size() == BOUNDS.size() + 1, "%s buckets", (Object) counts.size());
    counts = List.copyOf(counts);
  }

  /** The bucket of what took so many seconds. */
  public static int bucketOf(double seconds) {
    int bucket = 0;
    while (bucket < BOUNDS.size() && seconds > BOUNDS.get(bucket)) {
      bucket++;
    }
    return bucket;
  }

  /** How many were measured. */
  public long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }
}
