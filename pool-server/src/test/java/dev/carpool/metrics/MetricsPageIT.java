package dev.carpool.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.Histogram;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page of metrics, read by Prometheus' own tool. */
class MetricsPageIT {

  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  @Test
  void promtoolAcceptsThePage() throws Exception {
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (OutputStream in = promtool.getOutputStream()) {
      in.write(MetricsPage.of(status(), "text/plain").body());
    }
    String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  @Test
  void openMetricsIsForWhoeverNamesIt() {
    MetricsPage page = MetricsPage.of(status(), OPEN_METRICS + ",text/plain;q=0.5");
    assertThat(page.contentType()).startsWith("application/openmetrics-text");
    assertThat(text(page)).endsWith("# EOF\n");
    MetricsPage plain = MetricsPage.of(status(), null);
    assertThat(plain.contentType()).startsWith("text/plain");
    assertThat(text(plain)).doesNotContain("# EOF");
  }

  @Test
  void thePoolIsToldWithItsReasonsStatesAndBuckets() {
    assertThat(text(MetricsPage.of(status(), OPEN_METRICS)))
        .contains("carpool_waiting_requests 5.0\n")
        .contains("carpool_waiting_room_size 100.0\n")
        .contains("carpool_oldest_wait_seconds 1.234\n")
        .contains("carpool_places 3.0\n")
        .contains("carpool_places_busy 2.0\n")
        .contains("carpool_line_depth_max 2.0\n")
        .contains("carpool_processes{state=\"starting\"} 0.0\n")
        .contains("carpool_processes{state=\"idle\"} 1.0\n")
        .contains("carpool_requests_refused_total{reason=\"queue_full\"} 132.0\n")
        .contains("carpool_wait_seconds_bucket{le=\"0.001\"} 2\n")
        .contains("carpool_wait_seconds_bucket{le=\"+Inf\"} 3\n")
        .contains("carpool_wait_seconds_sum 41.5\n")
        .contains("carpool_processes_ended_total{cause=\"died\"} 3.0\n")
        .contains("carpool_process_start_seconds_count{result=\"failed\"} 0\n")
        .contains("carpool_app_oldest_session_seconds{app=\"blog\"} 1.5\n")
        .contains("carpool_app_failed_starts_in_a_row{app=\"blog\"} 2.0\n");
  }

  @Test
  void acceptQueuesAreToldAndDropsOnlyWhereTheyAreKnown() {
    assertThat(text(MetricsPage.of(status(), OPEN_METRICS)))
        .contains("carpool_listener_queue{app=\"blog\",listener=\"unix:/run/b.sock\"} 3.0\n")
        .contains("carpool_listener_queue_limit{app=\"\",listener=\"tcp:0.0.0.0:80\"} 511.0\n")
        .contains("carpool_listener_dropped_total{app=\"\",listener=\"tcp:0.0.0.0:80\"} 7.0\n")
        .doesNotContain("carpool_listener_dropped_total{app=\"blog\"");
  }

  @Test
  void aForeignNameStaysWithinItsQuotes() {
    PoolStatus status = status("evil\"} 1\n\\");
    assertThat(text(MetricsPage.of(status, OPEN_METRICS)))
        .contains("carpool_app_waiting_requests{app=\"evil\\\"} 1\\n\\\\\"} 5.0\n");
  }

  private static String text(MetricsPage page) {
    return new String(page.body(), UTF_8);
  }

  static PoolStatus status() {
    return status("blog");
  }

  private static PoolStatus status(String app) {
    Long[] counts = new Long[Histogram.BOUNDS.size() + 1];
    Arrays.fill(counts, 0L);
    counts[0] = 2L;
    counts[counts.length - 1] = 1L;
    Histogram waits = new Histogram(List.of(counts), 41.5);
    PoolStatus.Activity activity =
        new PoolStatus.Activity(
            6, 1, 2, 3, waits, waits, Histogram.EMPTY, Map.of("died", 3L, "idle", 1L));
    PoolStatus.Unserved unserved = new PoolStatus.Unserved(132, 3, 0, 0, 0, 2, 1);
    List<PoolStatus.Process> processes =
        List.of(
            process(17, "idle", 1, 0, Duration.ZERO),
            process(18, "busy", 2, 2, Duration.ofMillis(1500)));
    return new PoolStatus(
        "0.1.0",
        4711,
        PoolLimits.DEFAULT,
        2,
        1,
        1,
        5,
        0,
        Duration.ofMillis(1234),
        false,
        unserved,
        activity,
        List.of(
            new PoolStatus.Listener("unix:/run/b.sock", "blog", 3, 2, 3, -1),
            new PoolStatus.Listener("tcp:0.0.0.0:80", "", 0, 511, 12, 7)),
        List.of(
            new PoolStatus.App(
                app,
                "/srv/blog",
                2,
                5,
                Duration.ofSeconds(8),
                unserved,
                activity,
                processes,
                new PoolStatus.Failure("f1", Instant.EPOCH, "broke", 2))));
  }

  private static PoolStatus.Process process(
      long pid, String state, int concurrency, int sessions, Duration oldest) {
    return new PoolStatus.Process(
        pid, state, "", 2, concurrency, sessions, 9, Duration.ofSeconds(61), Duration.ZERO, oldest);
  }
}
