package dev.carpool.pool;

import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Applications and reports for tests. */
final class Specs {

  private Specs() {}

  static AppSpec app(String name) {
    return AppSpec.named(name, Path.of("/srv", name));
  }

  static SpawnReport report(String app, String summary) {
    return new SpawnReport(
        "r-1", app, Instant.EPOCH, summary, "", List.of(), List.of(), List.of("Traceback"));
  }
}
