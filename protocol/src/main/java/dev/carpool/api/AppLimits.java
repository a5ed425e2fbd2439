package dev.carpool.api;

import com.google.common.base.Preconditions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many processes an application may have, and what they may use. Nothing is cut by {@code max},
 * {@code maxRequests} and {@code memory}: a process finishes what it serves, and goes or is
 * replaced.
 *
 * @param maxRequests a process is replaced after as many, give or take a tenth; 0 for no limit
 * @param maxRequestTime a request that takes longer is ended, with its process; 0 for no limit
 * @param slowRequestTime a request that takes longer is logged, with what its process is doing; 0
 *     for never
 * @param memory bytes of proportional set size (PSS) after which a process is replaced; 0 for no
 *     limit
 * @param hardMemory bytes of proportional set size after which a process is killed; 0 for no limit
 * @param max its living processes, where the pool's {@code max_per_app} is not smaller; 0 for no
 *     limit of its own
 * @param maxIdleTime how long one of its processes may be idle, in place of what the pool says; 0
 *     for any time, null for what the pool says
 */
public record AppLimits(
    int maxRequests,
    Duration maxRequestTime,
    Duration slowRequestTime,
    long memory,
    long hardMemory,
    int max,
    @Nullable Duration maxIdleTime) {

  /** No limit at all. */
  public static final AppLimits NONE =
      new AppLimits(0, Duration.ZERO, Duration.ZERO, 0, 0, 0, null);

  public AppLimits {
    Preconditions.checkArgument(
        maxRequests >= 0, "max_requests is %s, but cannot be negative", maxRequests);
    Preconditions.checkArgument(
        !maxRequestTime.isNegative(),
        "max_request_time is %s, but cannot be negative",
        maxRequestTime);
    Preconditions.checkArgument(
        !slowRequestTime.isNegative(),
        "slow_request_time is %s, but cannot be negative",
        slowRequestTime);
    Preconditions.checkArgument(memory >= 0, "memory_limit is %s, but cannot be negative", memory);
    Preconditions.checkArgument(
        hardMemory >= 0, "hard_memory_limit is %s, but cannot be negative", hardMemory);
    Preconditions.checkArgument(max >= 0, "max is %s, but cannot be negative", max);
    Preconditions.checkArgument(
        maxIdleTime == null || !maxIdleTime.isNegative(),
        "max_idle_time is %s, but cannot be negative",
        maxIdleTime);
  }

  public AppLimits withMaxRequests(int maxRequests) {
    return new AppLimits(
        maxRequests, maxRequestTime, slowRequestTime, memory, hardMemory, max, maxIdleTime);
  }

  public AppLimits withMaxRequestTime(Duration maxRequestTime) {
    return new AppLimits(
        maxRequests, maxRequestTime, slowRequestTime, memory, hardMemory, max, maxIdleTime);
  }

  public AppLimits withSlowRequestTime(Duration slowRequestTime) {
    return new AppLimits(
        maxRequests, maxRequestTime, slowRequestTime, memory, hardMemory, max, maxIdleTime);
  }

  public AppLimits withMemory(long memory) {
    return new AppLimits(
        maxRequests, maxRequestTime, slowRequestTime, memory, hardMemory, max, maxIdleTime);
  }

  public AppLimits withHardMemory(long hardMemory) {
    return new AppLimits(
        maxRequests, maxRequestTime, slowRequestTime, memory, hardMemory, max, maxIdleTime);
  }

  public AppLimits withMax(int max) {
    return new AppLimits(
        maxRequests, maxRequestTime, slowRequestTime, memory, hardMemory, max, maxIdleTime);
  }

  public AppLimits withMaxIdleTime(@Nullable Duration maxIdleTime) {
    return new AppLimits(
        maxRequests, maxRequestTime, slowRequestTime, memory, hardMemory, max, maxIdleTime);
  }
}
