package dev.carpool.pool;

import dev.carpool.api.PoolException;
import dev.carpool.api.SpawnReport;
import java.time.Duration;
import java.util.Locale;

/** Why there is no session, in words that a person can act upon. */
final class Reasons {

  private static final Duration SOONEST = Duration.ofSeconds(1);
  private static final Duration LATEST = Duration.ofSeconds(60);

  /** When nothing has come free yet, and nothing is being started. */
  private static final Duration UNKNOWN = Duration.ofSeconds(5);

  private final Pool pool;

  Reasons(Pool pool) {
    this.pool = pool;
  }

  PoolException roomFull() {
    int queueMax = pool.limits.queueMax();
    String reason =
        queueMax == 0
            ? "nobody may wait (queue_max is 0)"
            : "the waiting room is full: %d of %d wait".formatted(queueMax, queueMax);
    return new PoolException.QueueFull("%s; %s".formatted(reason, processes()), retryAfter());
  }

  PoolException timeOver(Request request, AppPool app) {
    Duration waited = Duration.ofNanos(request.deadline() - request.since());
    return new PoolException.QueueTimeout(
        "no process of '%s' was free within %s: %s; %s"
            .formatted(app.name, words(waited), obstacle(app), processes()),
        retryAfter());
  }

  /** The time until those who wait now will have been served. */
  private Duration retryAfter() {
    int taken = pool.sessions.size();
    if (!pool.turnover.isKnown(taken)) {
      return pool.census.starting() > 0 ? SOONEST : UNKNOWN;
    }
    Duration time = pool.turnover.timeFor(pool.waiting(), taken);
    if (time.compareTo(SOONEST) < 0) {
      return SOONEST;
    }
    return time.compareTo(LATEST) > 0 ? LATEST : time;
  }

  PoolException startFailed(SpawnReport report, AppPool app) {
    return new PoolException.SpawnFailed(report, Duration.ofNanos(app.backOff.left(pool.now)));
  }

  PoolException cannotOpen(String reason) {
    return new PoolException.Unavailable("The pool server cannot open a session: " + reason);
  }

  PoolException cannotHandOver(Request request, String reason) {
    return new PoolException.Unavailable(
        "cannot hand over to a process of %s: %s (tried %d times)"
            .formatted(request.app().name(), reason, request.attempts()));
  }

  /** What stands between an application and a free place. */
  private String obstacle(AppPool app) {
    SpawnReport failure = app.backOff.report();
    if (failure != null && app.backOff.isPausing(pool.now)) {
      return "its last start failed (" + failure.summary() + ")";
    }
    if (app.census.starting() > 0) {
      return app.census.starting() + " of its processes still starting";
    }
    if (app.census.living() >= pool.maximum(app)) {
      return "it has all the processes it may have (%s is %d)"
          .formatted(maximum(pool, app), pool.maximum(app));
    }
    if (pool.census.living() >= pool.limits.max()) {
      return "no other process may be started (max is " + pool.limits.max() + ")";
    }
    if (pool.census.starting() >= pool.limits.maxSpawning()) {
      return "no other start at once (max_spawning is " + pool.limits.maxSpawning() + ")";
    }
    return "its processes had no time for it (" + app.census + ")";
  }

  /** The name of the limit that an application has met. */
  static String maximum(Pool pool, AppPool app) {
    return pool.maximum(app) == pool.limits.maxPerApp() ? "max_per_app" : "its max";
  }

  private String processes() {
    return "%d of %d processes live, %s"
        .formatted(pool.census.living(), pool.limits.max(), pool.census);
  }

  /** Like {@code 30 s} or {@code 0.25 s}. */
  static String words(Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    return seconds == Math.rint(seconds)
        ? "%.0f s".formatted(seconds)
        : String.format(Locale.ROOT, "%.3f s", seconds);
  }
}
