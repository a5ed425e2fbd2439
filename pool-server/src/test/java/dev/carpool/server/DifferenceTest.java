package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.config.Environment;
import dev.carpool.config.ServerConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DifferenceTest {

  private static ServerConfig.App app(String name, int min) {
    return new ServerConfig.App(
        AppSpec.named(name, Path.of("/srv", name)).withMin(min), ImmutableList.of());
  }

  @Test
  void ofTheSameIsNothing() {
    assertThat(Difference.of(ServerConfig.DEFAULT, PoolLimits.DEFAULT, ServerConfig.DEFAULT))
        .isEqualTo("nothing new");
  }

  @Test
  void ofLimitsIsFromWhatIsInForce() {
    assertThat(
            Difference.of(
                ServerConfig.DEFAULT,
                PoolLimits.DEFAULT.withMax(99),
                ServerConfig.DEFAULT
                    .withLimits(PoolLimits.DEFAULT.withQueueMax(1))
                    .withEnvironment(Environment.DEVELOPMENT)))
        .isEqualTo("max: 99 -> 6, queue_max: 100 -> 1, environment: production -> development");
  }

  @Test
  void ofApplicationsIsWhichOnes() {
    ServerConfig before =
        ServerConfig.DEFAULT.withApps(ImmutableList.of(app("old", 0), app("b", 0), app("c", 0)));
    ServerConfig after =
        ServerConfig.DEFAULT.withApps(ImmutableList.of(app("new", 0), app("b", 1), app("c", 0)));
    assertThat(Difference.of(before, PoolLimits.DEFAULT, after))
        .isEqualTo("app new added, app b changed, app old removed");
  }
}
