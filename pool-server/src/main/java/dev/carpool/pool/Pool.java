package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.pool.ProcessState.Busy;
import dev.carpool.pool.ProcessState.Draining;
import dev.carpool.pool.ProcessState.Gone;
import dev.carpool.pool.ProcessState.Idle;
import dev.carpool.pool.ProcessState.Starting;
import dev.carpool.pool.ProcessState.Stopping;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the pool is made of, and the elementary acts upon it. Each act keeps the books whole and
 * adds its effect; which act is due is decided elsewhere.
 */
final class Pool {

  PoolLimits limits;

  /** The latest time that was heard of. It never goes back. */
  long now = Long.MIN_VALUE;

  boolean shuttingDown;

  /** When the processes that are left are ended by force; counts when shutting down. */
  long shutdownDeadline = Long.MAX_VALUE;

  final Apps apps = new Apps(app -> add(new PoolEffect.Renewed(app.name, app.generation + 1)));
  final WaitingRoom room = new WaitingRoom();
  final Returns returns = new Returns();

  /** The living processes, the oldest first. */
  final Map<ProcessId, PooledProcess> processes = new LinkedHashMap<>();

  final Map<SessionId, PooledSession> sessions = new HashMap<>();
  final Census census = new Census();
  final Turnover turnover = new Turnover();

  /** Processes with at least one session. */
  int active;

  /** A process may have been idle for too long from this time on, not before. */
  long nextIdleCheck = Long.MAX_VALUE;

  /** A session may have become slow or overdue from this time on, not before. */
  long nextTimeCheck = Long.MAX_VALUE;

  private List<PoolEffect> effects = new ArrayList<>();
  private long lastProcess;
  private long nextSession;
  private long uses;

  /** What the wall clock said when the machine's nanoseconds were 0. */
  private final Instant origin;

  Pool(PoolLimits limits, Instant origin) {
    this.limits = limits;
    this.origin = origin;
  }

  void add(PoolEffect effect) {
    effects.add(effect);
  }

  void note(String line) {
    add(new PoolEffect.Note(line));
  }

  /** What has been added since the last time. */
  List<PoolEffect> takeEffects() {
    if (effects.isEmpty()) {
      return List.of();
    }
    List<PoolEffect> taken = effects;
    effects = new ArrayList<>();
    return taken;
  }

  /** Processes that the application keeps even when they are idle. */
  int minimum(AppPool app) {
    return shuttingDown || app.removed ? 0 : app.spec.min();
  }

  /** Living processes that the application may have: its own limit or that of all apps. */
  int maximum(AppPool app) {
    int own = app.spec.limits().max();
    int each = limits.maxPerApp();
    return Math.min(own == 0 ? Integer.MAX_VALUE : own, each == 0 ? Integer.MAX_VALUE : each);
  }

  /** How long its processes may be idle; 0 for any time. */
  Duration maxIdleTime(AppPool app) {
    Duration own = app.spec.limits().maxIdleTime();
    return own == null ? limits.maxIdleTime() : own;
  }

  /** Processes of the application to start because it has outdated ones, or had more. */
  int toReplace(AppPool app) {
    return shuttingDown || app.removed ? 0 : app.outdated + app.missing;
  }

  Instant wallClock(long instant) {
    return origin.plusNanos(instant);
  }

  /** The application that a request wants, awake: as it is configured, else as it says itself. */
  AppPool meet(AppSpec spec) {
    AppPool app = apps.wake(spec);
    if (!app.configured) {
      describe(app, spec);
    }
    return app;
  }

  /** Changes how the next processes are started. */
  void describe(AppPool app, AppSpec spec) {
    if (spec.min() < app.spec.min()) {
      nextIdleCheck = now;
    }
    if (!spec.limits().equals(app.spec.limits())) {
      nextTimeCheck = now;
      nextIdleCheck = now;
    }
    app.spec = spec;
  }

  /** Issues a ticket: the application's next process is counted from now on. */
  void start(AppPool app) {
    Verify.verify(census.living() < limits.max(), "a start above the limit of %s", limits.max());
    PooledProcess process = new PooledProcess(new ProcessId(++lastProcess), app, now);
    app.processes.add(process);
    processes.put(process.id, process);
    app.census.enters(process.state());
    census.enters(process.state());
    add(new PoolEffect.Start(process.id, app.spec, app.generation));
  }

  void become(PooledProcess process, ProcessState next) {
    ProcessState before = process.state();
    boolean wasOutdated = process.isOutdated();
    process.become(next);
    if (wasOutdated && !process.isOutdated()) {
      process.app.outdated--;
      nextIdleCheck = now; // those who start may count again
    } else if (before instanceof Starting && process.app.outdated > 0) {
      nextIdleCheck = now; // it counts from now on
    }
    process.app.census.leaves(before);
    process.app.census.enters(next);
    census.leaves(before);
    census.enters(next);
    if (next instanceof Idle idle) {
      process.lastUse = ++uses;
      nextIdleCheck = Math.min(nextIdleCheck, idleLimit(process.app, idle.since()));
    } else if (!(next instanceof Busy)) {
      process.sessions.forEach(returns::forget);
      if (!(next instanceof ProcessState.Draining)) {
        process.sessions.forEach(Pool::unwatch);
      }
    }
  }

  /** Wishes a process replaced that serves; it goes on serving until then. */
  void outdate(PooledProcess process, Why why) {
    if (process.isServing() && !process.isOutdated()) {
      process.outdate(why);
      process.app.outdated++;
    }
  }

  /** Counts a process that served, and ends, among those to be replaced if some are. */
  void miss(PooledProcess process) {
    if (process.isServing() && toReplace(process.app) > 0) {
      process.app.missing++;
    }
  }

  /** When a process that is idle since then has been so for too long. */
  long idleLimit(AppPool app, long since) {
    Duration most = maxIdleTime(app);
    return most.isZero() ? Long.MAX_VALUE : Times.after(since, most);
  }

  /** Gives a waiting request a place of a process that has one. */
  void grant(Request request, PooledProcess process) {
    room.leave(request.id());
    PooledSession session = new PooledSession(new SessionId(nextSession++), process, now);
    watch(session);
    process.app.tally.granted(now - request.since());
    if (process.sessions.isEmpty()) {
      become(process, new Busy());
      active++;
    }
    process.sessions.add(session);
    process.lastUse = ++uses;
    sessions.put(session.id, session);
    add(new PoolEffect.HandOver(request, session.id, process.id, process.pid));
  }

  private void watch(PooledSession session) {
    AppPool app = session.process.app;
    AppLimits limited = app.spec.limits();
    if (!limited.slowRequestTime().isZero()) {
      app.notSlow.add(session);
      nextTimeCheck = Math.min(nextTimeCheck, Times.after(now, limited.slowRequestTime()));
    }
    if (!limited.maxRequestTime().isZero()) {
      app.inTime.add(session);
      nextTimeCheck = Math.min(nextTimeCheck, Times.after(now, limited.maxRequestTime()));
    }
  }

  private static void unwatch(PooledSession session) {
    session.process.app.notSlow.remove(session);
    session.process.app.inTime.remove(session);
  }

  /** Frees the place of a session. A process that was only draining stops after its last one. */
  void end(PooledSession session) {
    PooledProcess process = session.process;
    returns.forget(session);
    unwatch(session);
    sessions.remove(session.id);
    process.sessions.remove(session);
    process.lastUse = ++uses;
    if (!process.sessions.isEmpty()) {
      return;
    }
    active--;
    switch (process.state()) {
      case Busy is -> become(process, new Idle(now));
      case Draining is -> stop(process, is.reason(), isOverdue());
      case Stopping is -> {}
      case Starting is -> throw new IllegalStateException(process + " had " + session.id);
      case Idle is -> throw new IllegalStateException(process + " had " + session.id);
      case Gone is -> throw new IllegalStateException(process + " had " + session.id);
    }
  }

  /** Tells a process to stop. One that was told already is told again only by force, and once. */
  void stop(PooledProcess process, Why why, boolean force) {
    if (!(process.state() instanceof Stopping)) {
      become(process, new Stopping(now, why));
    } else if (!force || process.forced) {
      return;
    }
    process.forced = force;
    add(new PoolEffect.Stop(process.id, why.words(), force));
  }

  /** Ends a process because one of its sessions takes too long. */
  void end(PooledProcess process, PooledSession overdue) {
    become(
        process, new Stopping(now, new Why(Why.Cause.MAX_REQUEST_TIME, "over max_request_time")));
    process.forced = true;
    add(new PoolEffect.Overdue(overdue.id, process.id, process.state().why()));
  }

  /** Lets a process end: at once, or if it is busy as soon as its last session has ended. */
  void retire(PooledProcess process, Why why) {
    switch (process.state()) {
      case Starting is -> stop(process, why, isOverdue());
      case Idle is -> stop(process, why, isOverdue());
      case Busy is -> become(process, new Draining(why));
      case Draining is -> {}
      case Stopping is -> {}
      case Gone is -> {}
    }
  }

  /** Strikes a process off, with the sessions it had. */
  void bury(PooledProcess process) {
    process.app.tally.ended(process.causeOfEnd());
    become(process, new Gone());
    if (!process.sessions.isEmpty()) {
      active--;
    }
    process.app.tally.lost(process.sessions.size());
    for (PooledSession session : process.sessions) {
      sessions.remove(session.id);
      turnover.free();
    }
    process.sessions.clear();
    processes.remove(process.id);
    process.app.processes.remove(process);
  }

  /** Tells a request, whether it waits or not, why there is no session for it. */
  void refuse(Request request, PoolException reason) {
    room.leave(request.id());
    apps.tally(request.app().name()).refused(reason);
    add(new PoolEffect.Refuse(request, reason));
  }

  /** Requests in the waiting room: those for whom no place is expected. */
  int waiting() {
    int waiting = 0;
    if (!room.isEmpty()) {
      for (AppPool app : apps.awake()) {
        waiting += app.uncovered();
      }
    }
    return waiting;
  }

  /** Whether the time for an orderly shutdown is over. */
  boolean isOverdue() {
    return shuttingDown && now >= shutdownDeadline;
  }

  void verify() {
    census.verify(processes.values());
    apps.verify();
    apps.tally().verify(sessions.size(), lastProcess - processes.size());
    room.verify();
    returns.verify();
    int inApps = apps.all().stream().mapToInt(app -> app.processes.size()).sum();
    Verify.verify(inApps == processes.size(), "%s processes in apps", inApps);
    int inProcesses = processes.values().stream().mapToInt(p -> p.sessions.size()).sum();
    Verify.verify(inProcesses == sessions.size(), "%s sessions in processes", inProcesses);
    long busy = processes.values().stream().filter(p -> !p.sessions.isEmpty()).count();
    Verify.verify(active == busy, "%s active, not %s", busy, active);
    int queued = apps.all().stream().mapToInt(app -> app.queue.size()).sum();
    Verify.verify(queued == 0 || !shuttingDown, "%s wait for the end", queued);
    for (PooledProcess process : processes.values()) {
      boolean checkComes = nextIdleCheck <= idleLimit(process.app, process.idleSince());
      boolean kept = process.app.lasting() <= minimum(process.app);
      boolean isIdle = process.state() instanceof Idle;
      Verify.verify(!isIdle || checkComes || kept, "%s would be idle for ever", process);
    }
  }
}
