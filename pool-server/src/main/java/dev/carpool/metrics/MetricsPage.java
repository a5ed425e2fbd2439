package dev.carpool.metrics;

import dev.carpool.api.PoolStatus;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a scrape.
 *
 * @param contentType of the format
 * @param body the page, UTF-8
 */
public record MetricsPage(String contentType, byte[] body) {

  private static final ExpositionFormatWriter OPEN_METRICS = OpenMetricsTextFormatWriter.create();

  /** Prometheus' own older format, which also everybody reads who knows no other. */
  private static final ExpositionFormatWriter TEXT = PrometheusTextFormatWriter.create();

  /**
   * The pool and this JVM.
   *
   * @param accept what the scraper says it reads: OpenMetrics is chosen only if it is named there
   */
  public static MetricsPage of(PoolStatus status, @Nullable String accept) {
    Families families = new Families();
    PoolMetrics.add(families, status);
    status.apps().forEach(app -> AppMetrics.add(families, app));
    JvmMetrics.add(families);
    ExpositionFormatWriter writer = OPEN_METRICS.accepts(accept) ? OPEN_METRICS : TEXT;
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      writer.write(body, families.snapshots(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // to memory
    }
    return new MetricsPage(writer.getContentType(), body.toByteArray());
  }
}
