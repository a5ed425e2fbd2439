package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's Prometheus, configured as docs/admin.md has it. */
class PrometheusIT {

  private static final String PROGRAM = "/usr/bin/prometheus";

  @TempDir private Path folder;

  @Test
  void itReadsTheMetricsOfAServerAndItsAlertRules() throws Exception {
    ForegroundServer.assumeInstalled("prometheus", PROGRAM);
    try (RunningServer server = RunningServer.configured(carpool())) {
      for (int i = 0; i < 3; i++) {
        assertThat(server.get("/").statusCode()).isEqualTo(200);
      }
      int port = ForegroundServer.freePort();
      try (ForegroundServer _ = prometheus(port, URI.create(server.adminUrl()).getPort())) {
        await("it has read the metrics")
            .atMost(Duration.ofSeconds(15))
            .untilAsserted(
                () ->
                    assertThat(ask(server, port, "query?query=", "carpool_requests_served_total"))
                        .contains("\"3\"]"));
        assertThat(ask(server, port, "query?query=", "carpool_app_wait_seconds_count"))
            .contains("\"app\":\"plain\"");
        assertThat(ask(server, port, "targets", "")).contains("\"lastError\":\"\"");
        assertThat(ask(server, port, "rules", ""))
            .contains("CarpoolRefusesRequests")
            .doesNotContain("\"health\":\"err\"");
      }
    }
  }

  private Path carpool() throws IOException {
    return Files.writeString(
        folder.resolve("carpool.toml"),
        """
        [admin]
        listen = "127.0.0.1:0"

        [app.plain]
        root = "%s"
        listen = ["http:127.0.0.1:0"]
        """
            .formatted(RunningServer.APPS.resolve("plain")));
  }

  private ForegroundServer prometheus(int port, int target) throws IOException {
    Path alerts = Path.of("../monitoring/alerts.yml").toAbsolutePath().normalize();
    Map<String, String> places =
        Map.of(
            "127.0.0.1:9180",
            "127.0.0.1:" + target,
            "/etc/prometheus/alerts.yml",
            alerts.toString(),
            "15s",
            "200ms");
    Path file =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            String.join("", Documented.files("admin.md", "yaml", places).values()));
    return ForegroundServer.start(
        Files.createFile(folder.resolve("prometheus.log")),
        port,
        PROGRAM,
        "--config.file=" + file,
        "--storage.tsdb.path=" + folder.resolve("data"),
        "--web.listen-address=127.0.0.1:" + port);
  }

  private static String ask(RunningServer server, int port, String path, String query)
      throws Exception {
    String words = URLEncoder.encode(query, StandardCharsets.UTF_8);
    URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/" + path + words);
    return server
        .browser()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }
}
