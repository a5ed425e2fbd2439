package dev.carpool.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files for Prometheus and Grafana that come with the product. */
class MonitoringFilesIT {

  private static final Path FOLDER = Path.of("../monitoring");
  private static final Pattern NAME = Pattern.compile("\\b(carpool|jvm|process)_[a-z_]+\\b");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)[{ ]");

  @Test
  void theAlertsFireWhenTheyShouldAndElseNot() throws Exception {
    Process promtool =
        new ProcessBuilder("promtool", "test", "rules", "alerts_test.yml")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"alerts.yml", "grafana-dashboard.json"})
  void nameOnlyMetricsThatThereAre(String file) throws IOException {
    String page = new String(MetricsPage.of(MetricsPageIT.status(), null).body(), UTF_8);
    Set<String> there =
        SAMPLE.matcher(page).results().map(found -> found.group(1)).collect(Collectors.toSet());
    String text = Files.readString(FOLDER.resolve(file));
    Set<String> named =
        NAME.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
    assertThat(named).hasSizeGreaterThan(8);
    assertThat(there).containsAll(named);
  }
}
