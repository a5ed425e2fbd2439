package dev.carpool.pool;

import dev.carpool.api.SpawnReport;

/** Who is refused. Each of these leaves those waiting who may still be served. */
final class Refusals {

  private final Pool pool;
  private final Reasons reasons;

  Refusals(Pool pool, Reasons reasons) {
    this.pool = pool;
    this.reasons = reasons;
  }

  /** Refuses the requests whose time is over. */
  void refuseOverdue() {
    Request overdue = pool.room.overdue(pool.now);
    while (overdue != null) {
      AppPool app = pool.apps.wake(overdue.app());
      pool.refuse(overdue, reasons.timeOver(overdue, app));
      overdue = pool.room.overdue(pool.now);
    }
  }

  /** Tells a failed start to the requests of its application that have no process to wait for. */
  void refuseHopeless() {
    for (AppPool app : pool.apps.awake()) {
      SpawnReport report = app.backOff.report();
      if (report != null && app.census.current() == 0 && app.backOff.isPausing(pool.now)) {
        while (!app.queue.isEmpty()) {
          pool.refuse(app.queue.firstEntry().getValue(), reasons.startFailed(report, app));
        }
      }
    }
  }

  /** Refuses the youngest for whom no place is expected, until the waiting room holds the rest. */
  void trimWaitingRoom() {
    for (int above = pool.waiting() - pool.limits.queueMax(); above > 0; above--) {
      AppPool youngest = null;
      for (AppPool app : pool.apps.awake()) {
        if (app.uncovered() > 0 && (youngest == null || isYounger(app, youngest))) {
          youngest = app;
        }
      }
      if (youngest != null) {
        pool.refuse(youngest.queue.lastEntry().getValue(), reasons.roomFull());
      }
    }
  }

  private static boolean isYounger(AppPool one, AppPool other) {
    return one.queue.lastKey().compareTo(other.queue.lastKey()) > 0;
  }
}
