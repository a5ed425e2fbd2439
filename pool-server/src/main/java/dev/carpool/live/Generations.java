package dev.carpool.live;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When the present generation of each application began: with its first start, since its code is
 * read then at the earliest, or with its restart. Safe in any thread.
 */
final class Generations {

  private static final int MOST_APPS = 10_000;

  private final Clock clock;
  private final Cache<String, Instant> began =
      CacheBuilder.newBuilder().maximumSize(MOST_APPS).build();

  Generations(Clock clock) {
    this.clock = clock;
  }

  void started(String app) {
    began.asMap().computeIfAbsent(app, name -> clock.instant());
  }

  /** A new generation may have begun, and perhaps nobody starts it for long. */
  void renewed(String app) {
    began.put(app, clock.instant());
  }

  /** Null if nothing of it was ever started. */
  @Nullable Instant beganAt(String app) {
    return began.getIfPresent(app);
  }
}
