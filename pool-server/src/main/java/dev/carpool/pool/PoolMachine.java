package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import dev.carpool.pool.ProcessState.Busy;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * The pool as a pure machine.
 *
 * <p>An event first changes what it says itself, the fact or the wish. Then {@link #settle} walks
 * the pool towards what is wanted, always in the same order, whatever the event was. So a freed
 * place, a new request, a raised limit and an alarm need no code of their own to find each other.
 *
 * <p>Not safe for use by several threads at once: the caller holds a lock, and runs the effects in
 * their order after it.
 */
public final class PoolMachine {

  /** Hand-overs that are tried for a request before it is refused. */
  private static final int HAND_OVERS = 10;

  private final Pool pool;
  private final Reasons reasons;
  private final Refusals refusals;
  private final Retirement retirement;
  private final Ticketing ticketing;
  private final Rolling rolling;
  private final Lives lives;
  private final TimeLimits timeLimits;
  private final AlarmClock alarmClock;
  private boolean saidEmpty;

  /**
   * An empty pool.
   *
   * @param origin what the wall clock says when the machine's nanoseconds are 0; only for the dates
   *     of reports
   */
  public PoolMachine(PoolLimits limits, Instant origin) {
    pool = new Pool(limits, origin);
    reasons = new Reasons(pool);
    refusals = new Refusals(pool, reasons);
    retirement = new Retirement(pool);
    ticketing = new Ticketing(pool, retirement);
    rolling = new Rolling(pool, retirement, ticketing);
    lives = new Lives(pool, rolling);
    timeLimits = new TimeLimits(pool);
    alarmClock = new AlarmClock(pool);
  }

  /**
   * Takes an event and says what is to be done because of it.
   *
   * <p>What can come late may: an event about something that is gone changes nothing and is
   * answered by a note. A {@link PoolEvent.Closed} that comes after its {@link PoolEvent.Done} is
   * the ordinary case and is not noted.
   *
   * @param now monotonic nanoseconds, the scale of all times here; an earlier time than the last
   *     counts as the last
   * @return the effects, to be run in this order
   */
  public List<PoolEffect> on(PoolEvent event, long now) {
    pool.now = Math.max(pool.now, now);
    pool.turnover.pass(pool.now, pool.sessions.size());
    apply(event);
    settle();
    return pool.takeEffects();
  }

  private void apply(PoolEvent event) {
    switch (event) {
      case PoolEvent.Requested e -> requested(e);
      case PoolEvent.Withdrawn e -> withdrawn(e.request());
      case PoolEvent.Closed e -> closed(e.session());
      case PoolEvent.Done e -> withSession(e.session(), e, this::done);
      case PoolEvent.NotTaken e ->
          withSession(e.session(), e, session -> notTaken(session, e.gone()));
      case PoolEvent.NotOpened e -> notOpened(e);
      case PoolEvent.HandOverFailed e -> handOverFailed(e);
      case PoolEvent.Started e -> withProcess(e.process(), e, process -> process.pid = e.pid());
      case PoolEvent.Ready e -> withProcess(e.process(), e, process -> lives.ready(process, e));
      case PoolEvent.StartFailed e ->
          withProcess(e.process(), e, process -> lives.startFailed(process, e.report()));
      case PoolEvent.Outgrown e ->
          withProcess(e.process(), e, process -> lives.outgrown(process, e.why(), e.hard()));
      case PoolEvent.Broken e ->
          withProcess(e.process(), e, process -> lives.broken(process, e.reason()));
      case PoolEvent.Gone e -> withProcess(e.process(), e, process -> lives.gone(process, e.how()));
      case PoolEvent.Configured e -> configured(e.app());
      case PoolEvent.Forgotten e -> withApp(e.app(), "forget", this::forgotten);
      case PoolEvent.LimitsChanged e -> limitsChanged(e.limits());
      case PoolEvent.Cleared e -> pool.apps.all().forEach(app -> renew(app, "clear", true));
      case PoolEvent.Restarted e ->
          withApp(e.app(), "restart", app -> renew(app, "restart", e.atOnce()));
      case PoolEvent.ShutDown e -> shutDown(e.deadline());
      case PoolEvent.TimePassed e -> alarmClock.rang();
    }
  }

  private void withSession(SessionId id, PoolEvent event, Consumer<PooledSession> then) {
    PooledSession session = pool.sessions.get(id);
    if (session == null) {
      pool.note("dropped %s: the session has ended".formatted(event));
    } else {
      then.accept(session);
    }
  }

  private void withProcess(ProcessId id, PoolEvent event, Consumer<PooledProcess> then) {
    PooledProcess process = pool.processes.get(id);
    if (process == null) {
      pool.note("dropped %s: the process is gone".formatted(event));
    } else {
      then.accept(process);
    }
  }

  private void withApp(String name, String what, Consumer<AppPool> then) {
    AppPool app = pool.apps.get(name);
    if (app == null) {
      pool.note("no application '%s' to %s".formatted(name, what));
    } else {
      then.accept(app);
    }
  }

  /** Decides everything that is due. The order is the policy. */
  private void settle() {
    pool.returns.expire(pool.now);
    refusals.refuseOverdue();
    retirement.stopExcess();
    retirement.yieldToStarving();
    timeLimits.enforce();
    rolling.makeRoom();
    serveWaiting();
    retirement.stopIdle();
    retirement.stopRemoved();
    refusals.refuseHopeless();
    ticketing.issue();
    rolling.issue();
    refusals.trimWaitingRoom();
    forceOverdue();
    retirement.stopIdle(); // again, since what has ended above may have been replacing
    pool.apps.rest(!pool.shuttingDown);
    alarmClock.set();
    if (pool.shuttingDown && pool.processes.isEmpty() && !saidEmpty) {
      saidEmpty = true;
      pool.add(new PoolEffect.Empty());
    }
  }

  private void requested(PoolEvent.Requested event) {
    Request request = new Request(event.request(), event.app(), pool.now, event.deadline(), 0);
    if (pool.shuttingDown) {
      pool.refuse(request, new PoolException.ShuttingDown());
    } else {
      pool.room.enter(pool.meet(request.app()), request);
    }
  }

  private void withdrawn(RequestId id) {
    AppPool app = pool.room.leave(id);
    if (app == null) {
      pool.note("%s was withdrawn too late".formatted(id));
    } else {
      app.tally.withdrawn();
    }
  }

  private void closed(SessionId id) {
    PooledSession session = pool.sessions.get(id);
    if (session != null && !session.closed) {
      session.closed = true;
      if (session.process.state() instanceof Busy) {
        pool.returns.expect(session, pool.now);
      }
    }
  }

  private void done(PooledSession session) {
    lives.served(session.process);
    pool.turnover.free();
    pool.end(session);
  }

  private void notTaken(PooledSession session, boolean gone) {
    session.process.app.tally.notTaken();
    if (gone) {
      session.process.app.tally.withdrawn();
    }
    pool.end(session);
  }

  private void notOpened(PoolEvent.NotOpened event) {
    PooledSession session = pool.sessions.get(event.session());
    if (session != null) {
      session.process.app.tally.handOverFailed();
      pool.end(session);
    }
    pool.refuse(event.request(), reasons.cannotOpen(event.reason()));
  }

  private void handOverFailed(PoolEvent.HandOverFailed event) {
    PooledSession session = pool.sessions.get(event.session());
    if (session != null) {
      session.process.app.tally.handOverFailed();
      pool.end(session); // first: the process has not taken it
      lives.broken(session.process, "hand-over failed: " + event.reason());
    }
    Request request = event.request().afterFailedHandOver();
    if (pool.room.holds(request.id())) {
      pool.note("%s has returned already".formatted(request.id()));
    } else if (pool.shuttingDown) {
      pool.refuse(request, new PoolException.ShuttingDown());
    } else if (request.attempts() >= HAND_OVERS) {
      pool.refuse(request, reasons.cannotHandOver(request, event.reason()));
    } else {
      AppPool known = pool.apps.get(request.app().name());
      pool.room.enter(pool.meet(known == null ? request.app() : known.spec), request);
    }
  }

  private void limitsChanged(PoolLimits limits) {
    pool.limits = limits;
    pool.nextIdleCheck = pool.now;
  }

  private void configured(AppSpec spec) {
    AppPool app = pool.apps.wake(spec);
    boolean other = app.isOtherThan(spec);
    pool.describe(app, spec);
    app.configured = true;
    app.removed = false;
    if (other) {
      renew(app, "configured anew", false);
    }
  }

  private void forgotten(AppPool app) {
    pool.apps.wake(app.spec);
    app.configured = false;
    app.removed = true;
  }

  /** Begins a new generation: of the old one, what has not served yet never will. */
  private void renew(AppPool app, String why, boolean atOnce) {
    app.generation++;
    app.proven = false;
    app.missing = atOnce ? 0 : app.missing;
    app.backOff.lift();
    pool.add(new PoolEffect.Renewed(app.name, app.generation));
    Why reason = new Why(Why.Cause.RESTARTED, why);
    for (PooledProcess process : app.processes) {
      if (process.isServing() && !atOnce) {
        pool.outdate(process, reason);
      } else {
        pool.retire(process, reason);
      }
    }
  }

  private void shutDown(long deadline) {
    pool.shuttingDown = true;
    pool.shutdownDeadline = Math.min(pool.shutdownDeadline, deadline);
    for (AppPool app : pool.apps.awake()) {
      while (!app.queue.isEmpty()) {
        pool.refuse(app.queue.firstEntry().getValue(), new PoolException.ShuttingDown());
      }
    }
    pool.processes.values().forEach(process -> pool.retire(process, Why.SHUTDOWN));
  }

  /** Gives free places to the requests that wait, first come first served. */
  private void serveWaiting() {
    for (AppPool app : pool.apps.awake()) {
      while (!app.queue.isEmpty()) {
        PooledProcess process = app.withFreePlace();
        if (process == null) {
          break;
        }
        pool.grant(app.queue.firstEntry().getValue(), process);
      }
    }
  }

  private void forceOverdue() {
    if (pool.isOverdue()) {
      pool.processes.values().forEach(process -> pool.stop(process, Why.SHUTDOWN, true));
    }
  }

  public PoolLimits limits() {
    return pool.limits;
  }

  /** Living processes, in whatever state. */
  public int count() {
    return pool.census.living();
  }

  /** Processes with at least one session. */
  public int active() {
    return pool.active;
  }

  /** Processes on their way out: those that drain, are outdated, or above a limit. */
  public int toDrain() {
    return retirement.toDrain();
  }

  /**
   * A copy of everything for a report. Changes nothing.
   *
   * @param version of the server
   * @param serverPid of the server
   * @param now the time to which ages are told
   */
  public PoolStatus status(String version, long serverPid, long now) {
    return new StatusSnapshot(pool, now).take(version, serverPid);
  }

  /** The sessions that are open, the oldest first, without what their requests are. */
  public List<RunningRequest> running(long now) {
    return new StatusSnapshot(pool, now).running();
  }

  /** Counts everything again and checks each invariant. For tests: slow. */
  public void verify() {
    pool.verify();
    ticketing.verify();
    retirement.verify();
    rolling.verify();
    timeLimits.verify();
    alarmClock.verify();
    Verify.verify(
        pool.waiting() <= pool.limits.queueMax(), "%s in the waiting room", pool.waiting());
    Verify.verify(pool.room.nextDeadline() > pool.now, "a request waits beyond its time");
  }
}
