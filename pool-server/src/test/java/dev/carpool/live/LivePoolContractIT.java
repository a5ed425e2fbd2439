package dev.carpool.live;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPoolContract;
import dev.carpool.api.PoolLimits;
import dev.carpool.spawn.HelperSpawner;
import java.io.IOException;
import java.nio.file.Path;

/** The contract, kept by the pool of this process. */
final class LivePoolContractIT extends ApplicationPoolContract {

  private static final Path HELPERS = Path.of("..", "spawn-helpers").toAbsolutePath().normalize();

  @Override
  protected Clients open(PoolLimits limits, AppSpec configured) throws IOException {
    LivePool pool =
        new LivePool(
            limits, (listener, loop) -> new HelperSpawner(HELPERS, listener, loop), "contract");
    pool.configure(configured);
    return new Clients(pool, pool, () -> {});
  }
}
