package dev.carpool.live;

import dev.carpool.api.AppSpec;
import dev.carpool.pool.PoolEvent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The restarts that files ask for. Safe in any thread. */
final class Restarts {

  private static final Logger LOG = LoggerFactory.getLogger(Restarts.class);

  private final LongSupplier nanoClock;
  private final RestartFiles restartFiles;
  private final Map<String, SourceWatch> watches = new ConcurrentHashMap<>();

  Restarts(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    restartFiles = new RestartFiles(nanoClock);
  }

  /** Restarts an application at once, from now on, when its files change. */
  void watch(AppSpec app) {
    watches.compute(
        app.name(),
        (name, watch) ->
            watch != null && watch.root().equals(app.root())
                ? watch
                : new SourceWatch(name, app.root(), nanoClock));
  }

  void watchNoMore(String app) {
    watches.remove(app);
  }

  /** What is to happen before a request for the application; null for nothing. Logs the reason. */
  PoolEvent.@Nullable Restarted before(AppSpec app) {
    SourceWatch watch = watches.get(app.name());
    String change = watch == null ? null : watch.change();
    RestartFiles.Wish wish = restartFiles.wishOf(app);
    if (change == null && wish == RestartFiles.Wish.NONE) {
      return null;
    }
    LOG.info("restarting {}: {}", app.name(), change == null ? "its restart file says so" : change);
    return new PoolEvent.Restarted(app.name(), change != null || wish == RestartFiles.Wish.AT_ONCE);
  }
}
