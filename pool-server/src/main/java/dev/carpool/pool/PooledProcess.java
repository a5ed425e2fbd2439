package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.pool.ProcessState.Busy;
import dev.carpool.pool.ProcessState.Draining;
import dev.carpool.pool.ProcessState.Gone;
import dev.carpool.pool.ProcessState.Idle;
import dev.carpool.pool.ProcessState.Starting;
import dev.carpool.pool.ProcessState.Stopping;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A process of the pool. */
final class PooledProcess {

  final ProcessId id;
  final AppPool app;

  /** Of its application, when it was started. */
  final int generation;

  final long startedAt;

  /** The sessions that occupy its places. */
  final Set<PooledSession> sessions = new LinkedHashSet<>();

  /** 0 until it is known. */
  long pid;

  /** Its places; 1 until it said otherwise. */
  int concurrency = 1;

  /** When it said so; counts from then on. */
  long readyAt;

  /** It ended by itself as soon as it was ready; then counts when. */
  boolean diedYoung;

  long endedAt;

  /** Why it is to be replaced; null if it is not. */
  private @Nullable Why outdated;

  /** Sessions it has finished. */
  long served;

  /** Rises with each use of any process: the higher, the more recently used. */
  long lastUse;

  /** It was told to stop by force. */
  boolean forced;

  private ProcessState state;

  PooledProcess(ProcessId id, AppPool app, long now) {
    this.id = id;
    this.app = app;
    this.generation = app.generation;
    this.startedAt = now;
    this.state = new Starting(now);
  }

  ProcessState state() {
    return state;
  }

  /** The only way from one state to another. */
  void become(ProcessState next) {
    Verify.verify(state.leadsTo(next), "%s cannot become %s", this, next);
    state = next;
  }

  /** Ready and not on its way out: it is given requests. */
  boolean isServing() {
    return state instanceof Idle || state instanceof Busy;
  }

  /** It serves, but is to be replaced. */
  boolean isOutdated() {
    return outdated != null && isServing();
  }

  void outdate(Why why) {
    outdated = why;
  }

  /** Why it is to be replaced; null if it is not. */
  @Nullable Why outdated() {
    return isServing() ? outdated : null;
  }

  /** Why it is to be replaced, or on its way out; empty if it is neither. */
  String whyOutdated() {
    Why why = outdated();
    return why == null ? state.why() : why.words();
  }

  /** What its end will be counted for, if it ended now. */
  Why.Cause causeOfEnd() {
    return switch (state) {
      case Starting is -> Why.Cause.START_FAILED;
      case Stopping is -> is.reason().cause();
      default -> Why.Cause.DIED;
    };
  }

  boolean hasFreePlace() {
    return switch (state) {
      case Starting is -> false;
      case Idle is -> true;
      case Busy is -> sessions.size() < concurrency;
      case Draining is -> false;
      case Stopping is -> false;
      case Gone is -> false;
    };
  }

  /** Whether a request is better served here: fewest sessions, then most recently used. */
  boolean isBetterThan(@Nullable PooledProcess other) {
    if (other == null) {
      return true;
    }
    int fewer = Integer.compare(sessions.size(), other.sessions.size());
    return fewer < 0 || (fewer == 0 && lastUse > other.lastUse);
  }

  /** When it became idle; {@link Long#MAX_VALUE} if it is not. */
  long idleSince() {
    return state instanceof Idle idle ? idle.since() : Long.MAX_VALUE;
  }

  @Override
  public String toString() {
    return "%s (%s, pid %d, %s)".formatted(id, app.name, pid, state);
  }

  void verify() {
    Verify.verify(sessions.size() <= concurrency, "%s has %s sessions", this, sessions.size());
    boolean fits =
        switch (state) {
          case Starting is -> sessions.isEmpty() && generation == app.generation;
          case Idle is -> sessions.isEmpty();
          case Busy is -> !sessions.isEmpty();
          case Draining is -> !sessions.isEmpty();
          case Stopping is -> true;
          case Gone is -> false;
        };
    Verify.verify(generation == app.generation || outdated != null || !isServing(), "%s", this);
    Verify.verify(fits, "%s is of generation %s with %s", this, generation, sessions.size());
    for (PooledSession session : sessions) {
      Verify.verify(session.process == this, "%s is elsewhere too", session.id);
      Verify.verify(!session.returning || state instanceof Busy, "%s cannot return", session.id);
    }
  }
}
