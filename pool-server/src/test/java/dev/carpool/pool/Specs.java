package dev.carpool.pool;

import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Applications and reports for tests. */
final class Specs {

  private Specs() {}

  static AppSpec app(String name) {
    return AppSpec.named(name, Path.of("/srv", name));
  }

  /** Some limits or none, by chance. */
  static AppLimits limits(Random random) {
    return AppLimits.NONE
        .withMaxRequests(random.nextBoolean() ? 0 : 1 + random.nextInt(30))
        .withSlowRequestTime(Duration.ofMillis(random.nextBoolean() ? 0 : 20))
        .withMaxRequestTime(Duration.ofMillis(random.nextBoolean() ? 0 : 50))
        .withMax(random.nextInt(3) != 0 ? 0 : 1 + random.nextInt(4))
        .withMaxIdleTime(random.nextInt(3) != 0 ? null : Duration.ofMillis(20 * random.nextInt(3)));
  }

  static SpawnReport report(String app, String summary) {
    return new SpawnReport(
        "r-1", app, Instant.EPOCH, summary, "", List.of(), List.of(), List.of("Traceback"));
  }
}
