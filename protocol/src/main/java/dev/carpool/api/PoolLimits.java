package dev.carpool.api;

import com.google.common.base.Preconditions;
import java.time.Duration;

/**
 * What the pool may do at most. Each can be changed while it runs.
 *
 * @param max living processes of all applications together, at least 1
 * @param maxPerApp living processes of one application; 0 for no limit of its own
 * @param maxIdleTime how long a process may be idle before it is stopped; zero for ever
 * @param maxSpawning processes being started at once, at least 1
 * @param queueMax requests in the waiting room; 0: nobody waits
 */
public record PoolLimits(
    int max, int maxPerApp, Duration maxIdleTime, int maxSpawning, int queueMax) {

  public static final PoolLimits DEFAULT = new PoolLimits(6, 0, Duration.ofMinutes(5), 4, 100);

  public PoolLimits {
    Preconditions.checkArgument(max >= 1, "max is %s, but at least 1 process must be allowed", max);
    Preconditions.checkArgument(
        maxPerApp >= 0, "max_per_app is %s, but cannot be negative (0 means no limit)", maxPerApp);
    Preconditions.checkArgument(
        !maxIdleTime.isNegative(),
        "max_idle_time is %s, but cannot be negative (0 means for ever)",
        maxIdleTime);
    Preconditions.checkArgument(
        maxSpawning >= 1, "max_spawning is %s, but at least 1 start must be allowed", maxSpawning);
    Preconditions.checkArgument(
        queueMax >= 0, "queue_max is %s, but cannot be negative (0: nobody waits)", queueMax);
  }

  public PoolLimits withMax(int max) {
    return new PoolLimits(max, maxPerApp, maxIdleTime, maxSpawning, queueMax);
  }

  public PoolLimits withMaxPerApp(int maxPerApp) {
    return new PoolLimits(max, maxPerApp, maxIdleTime, maxSpawning, queueMax);
  }

  public PoolLimits withMaxIdleTime(Duration maxIdleTime) {
    return new PoolLimits(max, maxPerApp, maxIdleTime, maxSpawning, queueMax);
  }

  public PoolLimits withMaxSpawning(int maxSpawning) {
    return new PoolLimits(max, maxPerApp, maxIdleTime, maxSpawning, queueMax);
  }

  public PoolLimits withQueueMax(int queueMax) {
    return new PoolLimits(max, maxPerApp, maxIdleTime, maxSpawning, queueMax);
  }
}
