package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.pool.ProcessState.Idle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which idle processes are stopped: those above a limit, those in the way, those idle for long. */
final class Retirement {

  private final Pool pool;

  Retirement(Pool pool) {
    this.pool = pool;
  }

  /**
   * Stops idle processes above the limits, longest idle first; a minimum does not protect them.
   * Busy ones follow when they become idle, since this comes before they are given a request.
   */
  void stopExcess() {
    for (AppPool app : pool.apps.awake()) {
      while (app.census.staying() > pool.maximum(app) && app.census.idle() > 0) {
        stopLongestIdle(app.processes, "above " + Reasons.maximum(pool, app));
      }
    }
    while (pool.census.staying() > pool.limits.max() && pool.census.idle() > 0) {
      stopLongestIdle(pool.processes.values(), "above max");
    }
  }

  private void stopLongestIdle(Collection<PooledProcess> processes, String why) {
    PooledProcess longest = null;
    for (PooledProcess process : processes) {
      longest = longerIdle(process, longest);
    }
    if (longest != null) {
      pool.stop(longest, new Why(Why.Cause.ABOVE_LIMIT, why), pool.isOverdue());
    }
  }

  /** The process to be stopped so that the application can have another; null if there is none. */
  @Nullable PooledProcess dispensableFor(AppPool app) {
    if (pool.census.idle() == 0) {
      return null;
    }
    PooledProcess longest = null;
    for (PooledProcess process : pool.processes.values()) {
      if (process.app != app && isAboveMinimum(process.app)) {
        longest = longerIdle(process, longest);
      }
    }
    return longest;
  }

  /** Whether there may ever be a dispensable process of another application. */
  boolean mayMakeRoomFor(AppPool app) {
    for (PooledProcess process : pool.processes.values()) {
      boolean stays = !(process.state() instanceof ProcessState.Stopping);
      if (stays && process.app != app && isAboveMinimum(process.app)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Takes an idle process from an application that has a use for it, for another one that has none
   * at all and has waited longer. Otherwise an application that is always busy would keep its
   * places from all others for ever.
   */
  void yieldToStarving() {
    int stopping = pool.census.living() - pool.census.staying();
    boolean possible =
        pool.census.idle() > 0
            && pool.census.staying() >= pool.limits.max()
            && pool.census.starting() + stopping < pool.limits.maxSpawning();
    AppPool starving = possible ? longestStarving() : null;
    if (starving == null) {
      return;
    }
    PooledProcess longest = null;
    for (PooledProcess process : pool.processes.values()) {
      if (process.app.oldestWaiting() > starving.oldestWaiting() && isAboveMinimum(process.app)) {
        longest = longerIdle(process, longest);
      }
    }
    if (longest != null) {
      pool.stop(longest, Why.makesRoomFor(starving), false);
    }
  }

  private @Nullable AppPool longestStarving() {
    AppPool longest = null;
    for (AppPool app : pool.apps.awake()) {
      boolean starving = !app.queue.isEmpty() && app.census.staying() == 0;
      if (starving
          && !app.backOff.isPausing(pool.now)
          && (longest == null || app.oldestWaiting() < longest.oldestWaiting())) {
        longest = app;
      }
    }
    return longest;
  }

  private static @Nullable PooledProcess longerIdle(
      PooledProcess candidate, @Nullable PooledProcess longest) {
    if (!(candidate.state() instanceof Idle idle)) {
      return longest;
    }
    return longest == null || idle.since() < longest.idleSince() ? candidate : longest;
  }

  /** Stops processes that have been idle for too long, keeping the minimum of each application. */
  void stopIdle() {
    if (pool.now < pool.nextIdleCheck) {
      return;
    }
    List<PooledProcess> idle = new ArrayList<>(pool.census.idle());
    for (PooledProcess process : pool.processes.values()) {
      if (process.state() instanceof Idle) {
        idle.add(process);
      }
    }
    idle.sort(Comparator.comparingLong(PooledProcess::idleSince));
    long next = Long.MAX_VALUE;
    for (PooledProcess process : idle) {
      long limit = pool.idleLimit(process.app, process.idleSince());
      if (limit > pool.now) {
        next = Math.min(next, limit);
      } else if (isAboveMinimum(process.app)) {
        String words = "idle for " + Reasons.words(pool.maxIdleTime(process.app));
        pool.stop(process, new Why(Why.Cause.IDLE, words), false);
      }
    }
    pool.nextIdleCheck = next;
  }

  /** Stops what an application that was removed keeps although nobody waits for it. */
  void stopRemoved() {
    for (AppPool app : pool.apps.awake()) {
      if (app.removed && app.queue.isEmpty()) {
        for (PooledProcess process : app.processes) {
          if (process.sessions.isEmpty()) {
            pool.retire(process, new Why(Why.Cause.REMOVED, "removed"));
          }
        }
      }
    }
  }

  private boolean isAboveMinimum(AppPool app) {
    return app.lasting() > pool.minimum(app);
  }

  /** Processes that are on their way out: those that drain, are outdated, or above a limit. */
  int toDrain() {
    int inApps = pool.apps.awake().stream().mapToInt(this::toDrain).sum();
    return Math.max(inApps, pool.census.staying() - pool.limits.max());
  }

  private int toDrain(AppPool app) {
    int above = app.census.staying() - pool.maximum(app);
    return Math.max(app.census.draining() + app.outdated, above);
  }

  void verify() {
    boolean idle = pool.census.idle() > 0;
    Verify.verify(!idle || pool.census.staying() <= pool.limits.max(), "one above max is idle");
    for (AppPool app : pool.apps.awake()) {
      boolean above = app.census.staying() > pool.maximum(app);
      Verify.verify(!above || app.census.idle() == 0, "%s: one above is idle", app.name);
      Verify.verify(!app.removed || app.census.idle() == 0, "%s: idle and removed", app.name);
    }
    for (PooledProcess process : pool.processes.values()) {
      boolean isIdle = process.state() instanceof Idle;
      boolean tooLong = isIdle && pool.idleLimit(process.app, process.idleSince()) <= pool.now;
      Verify.verify(!tooLong || !isAboveMinimum(process.app), "%s is idle for too long", process);
    }
  }
}
