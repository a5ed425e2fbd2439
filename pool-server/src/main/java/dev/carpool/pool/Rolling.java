package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.pool.ProcessState.Busy;
import dev.carpool.pool.ProcessState.Idle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The replacing of outdated processes, while they go on serving: those of an earlier generation,
 * and those that are worn out.
 *
 * <p>The wish is that none is outdated, with as many processes as before. Where there is room a new
 * process is started first, and one outdated process goes when it is ready. Where there is none,
 * one outdated process is stopped for it, and counts as missing until the new one is ready; the
 * next is stopped only then. The first process of a generation starts alone: nobody knows yet
 * whether it can.
 */
final class Rolling {

  private final Pool pool;
  private final Retirement retirement;
  private final Ticketing ticketing;

  Rolling(Pool pool, Retirement retirement, Ticketing ticketing) {
    this.pool = pool;
    this.retirement = retirement;
    this.ticketing = ticketing;
  }

  /**
   * Stops a process where a new one has no room. This comes before free places are given away, so
   * that an application whose processes are always busy is renewed too.
   */
  void makeRoom() {
    for (AppPool app : pool.apps.awake()) {
      if (isDue(app) && !hasRoom(app)) {
        makeRoomFor(app);
      }
    }
  }

  private void makeRoomFor(AppPool app) {
    int stopping = pool.census.living() - pool.census.staying();
    boolean underWay = app.missing > 0 || app.census.starting() > 0 || isRoomComing(app);
    if (underWay || pool.census.starting() + stopping >= pool.limits.maxSpawning()) {
      return;
    }
    if (canSpareOne(app)) {
      PooledProcess spared = nextToGo(app);
      if (spared != null && (spared.state() instanceof Idle || spared.concurrency > 1)) {
        pool.retire(spared, Objects.requireNonNull(spared.outdated()));
        app.missing++;
      }
    } else if (!isFull(app)) {
      PooledProcess idle = retirement.dispensableFor(app);
      if (idle != null) {
        pool.stop(idle, Why.makesRoomFor(app), false);
      }
    }
  }

  /** Starts new processes where there is room, after everything that requests want. */
  void issue() {
    for (AppPool app : pool.apps.awake()) {
      while (isDue(app) && hasRoom(app)) {
        pool.start(app);
      }
      boolean coming = app.census.starting() + app.census.draining() > 0 || isRoomComing(app);
      if (app.missing > 0 && !hasRoom(app) && !coming) {
        app.missing = 0; // those who wait have taken the room
      }
    }
  }

  /** Lets an outdated process go because a new one is ready, or notes that none is missing more. */
  void replaced(AppPool app) {
    if (app.missing > 0) {
      app.missing--;
      return;
    }
    PooledProcess next = app.outdated == 0 ? null : nextToGo(app);
    if (next != null) {
      pool.retire(next, Objects.requireNonNull(next.outdated()));
    }
  }

  private boolean isDue(AppPool app) {
    int starting = app.census.starting();
    return pool.toReplace(app) > starting
        && (app.proven || starting == 0)
        && !app.backOff.isPausing(pool.now)
        && pool.census.starting() + ticketing.planned() < pool.limits.maxSpawning();
  }

  private boolean hasRoom(AppPool app) {
    return pool.census.living() < pool.limits.max()
        && pool.census.staying() + ticketing.planned() < pool.limits.max()
        && !isFull(app);
  }

  private boolean isFull(AppPool app) {
    return app.census.living() >= pool.maximum(app);
  }

  /** Whether a process is stopping whose room nobody else is to have. */
  private boolean isRoomComing(AppPool app) {
    return isFull(app)
        ? app.census.living() > app.census.staying()
        : pool.census.living() - pool.census.staying() > ticketing.planned() - app.planned;
  }

  /** Whether one of its processes may go before another is there. The last one only if it must. */
  private boolean canSpareOne(AppPool app) {
    if (app.census.ready() >= 2 || pool.limits.max() == 1 || pool.maximum(app) == 1) {
      return true;
    }
    boolean othersEnd = app.census.living() > app.census.ready();
    return !othersEnd && !isFull(app) && !retirement.mayMakeRoomFor(app);
  }

  /** The outdated process that is idle longest; if none is, the one with the fewest sessions. */
  private static @Nullable PooledProcess nextToGo(AppPool app) {
    PooledProcess next = null;
    for (PooledProcess process : app.processes) {
      if (process.isOutdated() && (next == null || goesBefore(process, next))) {
        next = process;
      }
    }
    return next;
  }

  private static boolean goesBefore(PooledProcess one, PooledProcess other) {
    return one.state() instanceof Busy || other.state() instanceof Busy
        ? one.sessions.size() < other.sessions.size()
        : one.idleSince() < other.idleSince();
  }

  void verify() {
    for (AppPool app : pool.apps.awake()) {
      Verify.verify(!isDue(app) || !hasRoom(app), "%s: room for a new process", app.name);
    }
  }
}
