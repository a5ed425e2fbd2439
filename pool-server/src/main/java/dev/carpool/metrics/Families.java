package dev.carpool.metrics;

import dev.carpool.api.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Metrics on their way to a page: each belongs to a family of its name, in the order of first
 * mention.
 */
final class Families {

  private static final double[] BOUNDS =
      DoubleStream.concat(
              Histogram.BOUNDS.stream().mapToDouble(Double::doubleValue),
              DoubleStream.of(Double.POSITIVE_INFINITY))
          .toArray();

  private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
  private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
  private final Map<String, HistogramSnapshot.Builder> histograms = new LinkedHashMap<>();

  /**
   * A value that rises and falls.
   *
   * @param labels names and values in turn
   */
  Families gauge(String name, String help, double value, String... labels) {
    gauges
        .computeIfAbsent(name, _ -> GaugeSnapshot.builder().name(name).help(help))
        .dataPoint(GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build());
    return this;
  }

  /**
   * A count that only rises.
   *
   * @param name without {@code _total}, which the format adds
   */
  Families counter(String name, String help, double value, String... labels) {
    counters
        .computeIfAbsent(name, _ -> CounterSnapshot.builder().name(name).help(help))
        .dataPoint(
            CounterDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build());
    return this;
  }

  /** Durations, in seconds. */
  Families histogram(String name, String help, Histogram histogram, String... labels) {
    long[] counts = histogram.counts().stream().mapToLong(Long::longValue).toArray();
    histograms
        .computeIfAbsent(name, _ -> HistogramSnapshot.builder().name(name).help(help))
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, counts))
                .sum(histogram.sum())
                .labels(Labels.of(labels))
                .build());
    return this;
  }

  MetricSnapshots snapshots() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    Stream.of(gauges, counters, histograms)
        .flatMap(families -> families.values().stream())
        .forEach(family -> all.metricSnapshot(family.build()));
    return all.build();
  }
}
