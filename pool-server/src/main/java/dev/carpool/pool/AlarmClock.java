package dev.carpool.pool;

import com.google.common.base.Verify;

/** When the pool has to look again although nothing happens. */
final class AlarmClock {

  private final Pool pool;

  /** What was asked for last; {@link Long#MAX_VALUE} if it has rung. */
  private long setTo = Long.MAX_VALUE;

  AlarmClock(Pool pool) {
    this.pool = pool;
  }

  void rang() {
    setTo = Long.MAX_VALUE;
  }

  /** Asks for an alarm if the one that is set comes too late. An early one does no harm. */
  void set() {
    long next = next();
    if (next < setTo) {
      setTo = next;
      pool.add(new PoolEffect.Alarm(next));
    }
  }

  private long next() {
    long next = Math.min(pool.room.nextDeadline(), pool.nextIdleCheck);
    next = Math.min(next, pool.nextTimeCheck);
    if (pool.shuttingDown && !pool.isOverdue() && !pool.processes.isEmpty()) {
      next = Math.min(next, pool.shutdownDeadline);
    }
    for (AppPool app : pool.apps.awake()) {
      if (!app.queue.isEmpty() && app.returning > 0) {
        next = Math.min(next, pool.returns.next());
      }
      if (wantsStart(app) && app.backOff.isPausing(pool.now)) {
        next = Math.min(next, app.backOff.until());
      }
    }
    return next;
  }

  private boolean wantsStart(AppPool app) {
    return !app.queue.isEmpty()
        || app.census.current() < pool.minimum(app)
        || pool.toReplace(app) > 0;
  }

  void verify() {
    Verify.verify(setTo <= next(), "the alarm at %s is too late for %s", setTo, next());
  }
}
