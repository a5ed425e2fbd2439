package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.api.AppLimits;
import java.time.Duration;
import java.util.Iterator;
import java.util.Set;

/**
 * Which sessions take too long. Those of an application that are still in time stand in the order
 * of their start, so the first is due first; without a limit none stands there.
 */
final class TimeLimits {

  private final Pool pool;

  TimeLimits(Pool pool) {
    this.pool = pool;
  }

  /** Says which sessions are slow, and ends the processes of those that are overdue. */
  void enforce() {
    if (pool.now < pool.nextTimeCheck) {
      return;
    }
    long next = Long.MAX_VALUE;
    for (AppPool app : pool.apps.awake()) {
      AppLimits limits = app.spec.limits();
      next = Math.min(next, enforceSlow(app.notSlow, limits.slowRequestTime()));
      next = Math.min(next, enforceMax(app.inTime, limits.maxRequestTime()));
    }
    pool.nextTimeCheck = next;
  }

  private long enforceSlow(Set<PooledSession> sessions, Duration limit) {
    if (limit.isZero()) {
      sessions.clear();
    }
    Iterator<PooledSession> inOrder = sessions.iterator();
    while (inOrder.hasNext()) {
      PooledSession session = inOrder.next();
      if (Times.after(session.since, limit) > pool.now) {
        return Times.after(session.since, limit);
      }
      inOrder.remove();
      pool.add(new PoolEffect.Slow(session.id, session.process.id, pool.now - session.since));
    }
    return Long.MAX_VALUE;
  }

  private long enforceMax(Set<PooledSession> sessions, Duration limit) {
    if (limit.isZero()) {
      sessions.clear();
    }
    while (!sessions.isEmpty()) {
      PooledSession session = sessions.iterator().next();
      if (Times.after(session.since, limit) > pool.now) {
        return Times.after(session.since, limit);
      }
      pool.miss(session.process);
      pool.end(session.process, session);
    }
    return Long.MAX_VALUE;
  }

  void verify() {
    for (AppPool app : pool.apps.all()) {
      AppLimits limits = app.spec.limits();
      verify(app.notSlow, limits.slowRequestTime());
      verify(app.inTime, limits.maxRequestTime());
    }
  }

  private void verify(Set<PooledSession> sessions, Duration limit) {
    long last = Long.MIN_VALUE;
    for (PooledSession session : sessions) {
      Verify.verify(pool.sessions.get(session.id) == session, "%s has ended", session.id);
      Verify.verify(session.since >= last, "%s is out of order", session.id);
      boolean checkComes = pool.nextTimeCheck <= Times.after(session.since, limit);
      Verify.verify(limit.isZero() || checkComes, "%s is not watched", session.id);
      last = session.since;
    }
  }
}
