package dev.carpool.pool;

import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What tests of restarts do and look at. */
final class Rolls {

  private Rolls() {}

  static PoolLimits limits(int max, int maxPerApp, int maxSpawning) {
    return new PoolLimits(max, maxPerApp, Duration.ZERO, maxSpawning, 100);
  }

  static void restart(Scenario pool) {
    pool.on(new PoolEvent.Restarted("a"));
  }

  /** Lets what starts be ready and what stops be gone, until nothing starts or stops. */
  static List<Integer> roll(Scenario pool, String app) {
    List<Integer> serving = new ArrayList<>();
    while (pool.states(app).contains("starting") || pool.states(app).contains("stopping")) {
      int at = pool.states(app).indexOf("stopping");
      if (at >= 0) {
        pool.gone(pool.livingOf(app).get(at));
      } else {
        pool.ready(pool.livingOf(app).get(pool.states(app).indexOf("starting")));
      }
      List<String> states = pool.states(app);
      serving.add((int) states.stream().filter(s -> s.equals("idle") || s.equals("busy")).count());
    }
    return serving;
  }

  static List<Integer> generations(Scenario pool, String app) {
    return pool.appStatus(app).processes().stream().map(PoolStatus.Process::generation).toList();
  }
}
