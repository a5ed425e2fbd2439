package dev.carpool.pool;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.SpawnReport;

/**
 * What can happen to the pool. Times are nanoseconds of the clock whose reading is given to {@link
 * PoolMachine#on}.
 */
public sealed interface PoolEvent {

  /**
   * Somebody wants a session. It is answered exactly once, by {@link PoolEffect.HandOver} or {@link
   * PoolEffect.Refuse}, unless it is withdrawn before.
   *
   * @param request a new id, above all earlier ones
   * @param app replaces what the pool knew about the application, for processes started later; only
   *     its name counts if it is configured
   * @param deadline when its time is over; covers waiting, starting and handing over
   */
  record Requested(RequestId request, AppSpec app, long deadline) implements PoolEvent {}

  /** The requester does not want a session any more. Too late once it was handed over. */
  record Withdrawn(RequestId request) implements PoolEvent {}

  /**
   * The holder gave back its end of the connection; the process has still to say that it is done.
   */
  record Closed(SessionId session) implements PoolEvent {}

  /** The process said that it is done with the connection: the place is free. */
  record Done(SessionId session) implements PoolEvent {}

  /**
   * The process was sent nothing: the place is free.
   *
   * @param gone whether the requester was gone at hand-over; else it will ask again later
   */
  record NotTaken(SessionId session, boolean gone) implements PoolEvent {}

  /**
   * No connection could be made, which is no fault of the process: the requester is refused, and
   * the place is free.
   *
   * @param request as it was in {@link PoolEffect.HandOver}
   */
  record NotOpened(SessionId session, Request request, String reason) implements PoolEvent {}

  /**
   * The process could not be given the connection. It is retired, and the request returns to the
   * head of its queue, also when the process, and with it the session, has gone meanwhile.
   *
   * @param request as it was in {@link PoolEffect.HandOver}
   */
  record HandOverFailed(SessionId session, Request request, String reason) implements PoolEvent {}

  /** A process that is being started has a pid. */
  record Started(ProcessId process, long pid) implements PoolEvent {}

  /**
   * A process said that it is ready.
   *
   * @param concurrency places it has, at least 1
   */
  record Ready(ProcessId process, long pid, int concurrency) implements PoolEvent {}

  /** A process did not become ready. It may still live, so {@link Gone} follows in any case. */
  record StartFailed(ProcessId process, SpawnReport report) implements PoolEvent {}

  /**
   * A process uses more memory than its application may.
   *
   * @param why in words
   * @param hard whether it is to be ended at once, and not when it is free and replaced
   */
  record Outgrown(ProcessId process, String why, boolean hard) implements PoolEvent {}

  /** A process closed its line or spoke nonsense on it. Its sessions go on until done or gone. */
  record Broken(ProcessId process, String reason) implements PoolEvent {}

  /**
   * A process is no more; its sessions end with it. The last event of every process.
   *
   * @param how it ended, in words ({@code "exit status 1"})
   */
  record Gone(ProcessId process, String how) implements PoolEvent {}

  /**
   * An application is configured: it is remembered, and its minimum is kept alive. If it is known
   * already and anything but the minimum is new, a new generation begins.
   */
  record Configured(AppSpec app) implements PoolEvent {}

  /**
   * An application is not configured any more. Its idle processes stop, busy ones finish, those who
   * wait are served; then it is no longer known.
   */
  record Forgotten(String app) implements PoolEvent {}

  /** The limits are others from now on. */
  record LimitsChanged(PoolLimits limits) implements PoolEvent {}

  /** A new generation of every application: what is idle stops at once, busy ones finish. */
  record Cleared() implements PoolEvent {}

  /**
   * A new generation of one application, which the pool knows.
   *
   * @param atOnce whether processes of the old one serve no more; else they are replaced one for
   *     one, each serving until there is a new one
   */
  record Restarted(String app, boolean atOnce) implements PoolEvent {
    public Restarted(String app) {
      this(app, false);
    }
  }

  /**
   * The pool is to end: nobody waits any more, and busy processes finish. A second one can only
   * make the deadline earlier.
   *
   * @param deadline when the processes that are left are ended by force
   */
  record ShutDown(long deadline) implements PoolEvent {}

  /** The alarm rang. Harmless when it comes early, late or uncalled. */
  record TimePassed() implements PoolEvent {}
}
