package dev.carpool.pool;

import com.google.common.base.Verify;
import java.util.ArrayList;
import java.util.List;

/**
 * Which applications get a new process: the issuing of tickets.
 *
 * <p>A request is <em>covered</em> when a place is expected for it: of a process that is starting,
 * of a session that is returning, or of a process that is planned. Every uncovered request wants a
 * start. A start is <em>planned</em> when only a stopping process has to go first. Plans are not
 * kept: they follow from who waits and who is stopping, and are made anew after each event.
 */
final class Ticketing {

  private final Pool pool;
  private final Retirement retirement;
  private int planned;

  Ticketing(Pool pool, Retirement retirement) {
    this.pool = pool;
    this.retirement = retirement;
  }

  /** Starts and plans as many processes as are wanted and allowed. */
  void issue() {
    planned = 0;
    List<AppPool> wanting = new ArrayList<>(0);
    for (AppPool app : pool.apps.awake()) {
      app.planned = 0;
      if (wantsAnother(app) && !app.backOff.isPausing(pool.now)) {
        wanting.add(app);
      }
    }
    while (!wanting.isEmpty() && pool.census.starting() + planned < pool.limits.maxSpawning()) {
      AppPool app = longestWaiting(wanting);
      if (!provide(app) || !wantsAnother(app)) {
        wanting.remove(app);
      }
    }
  }

  /** Processes that wait for a stopping one to go. */
  int planned() {
    return planned;
  }

  private boolean wantsAnother(AppPool app) {
    return app.uncovered() > 0 || app.census.current() + app.planned < pool.minimum(app);
  }

  /** The one whose head has waited longest; after all who wait, one that is below its minimum. */
  private static AppPool longestWaiting(List<AppPool> wanting) {
    AppPool longest = wanting.getFirst();
    for (AppPool app : wanting) {
      if (headOf(app) < headOf(longest)) {
        longest = app;
      }
    }
    return longest;
  }

  private static long headOf(AppPool app) {
    return app.uncovered() > 0 ? app.oldestWaiting() : Long.MAX_VALUE;
  }

  /** Starts or plans one process; false if the limits do not allow it. */
  private boolean provide(AppPool app) {
    int maximum = pool.maximum(app);
    if (app.census.staying() + app.planned >= maximum) {
      return false;
    }
    boolean forRequest = app.uncovered() > 0;
    if (pool.census.staying() + planned >= pool.limits.max() && !(forRequest && makeRoom(app))) {
      return false;
    }
    if (pool.census.living() < pool.limits.max() && app.census.living() < maximum) {
      pool.start(app);
      return true;
    }
    // A minimum is not planned: it is looked at again when a process has gone.
    if (forRequest) {
      app.planned++;
      planned++;
    }
    return forRequest;
  }

  /** Retires an idle process of another application for this one. */
  private boolean makeRoom(AppPool app) {
    PooledProcess idle = retirement.dispensableFor(app);
    if (idle != null) {
      pool.stop(idle, Why.makesRoomFor(app), false);
    }
    return idle != null;
  }

  void verify() {
    int inApps = pool.apps.all().stream().mapToInt(app -> app.planned).sum();
    Verify.verify(inApps == planned, "%s plans in apps, not %s", inApps, planned);
    int wanted = planned == 0 ? 0 : planned + pool.census.staying();
    Verify.verify(wanted <= pool.limits.max(), "%s planned above the limit", planned);
  }
}
