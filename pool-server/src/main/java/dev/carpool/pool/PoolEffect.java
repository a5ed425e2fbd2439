package dev.carpool.pool;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;

/** What is to be done outside the pool, in this order, because of an event. */
public sealed interface PoolEffect {

  /**
   * Start a process: the redemption of a ticket. Answered by {@link PoolEvent.Ready} or {@link
   * PoolEvent.StartFailed}, and at last by {@link PoolEvent.Gone} in any case.
   *
   * @param generation of the application that it belongs to
   */
  record Start(ProcessId process, AppSpec app, int generation) implements PoolEffect {}

  /**
   * Earlier generations of an application are not started any more, because it was restarted, or
   * because the pool has forgotten it.
   *
   * @param generation the first one that may still be started
   */
  record Renewed(String app, int generation) implements PoolEffect {}

  /**
   * Hand a session over to the requester. Answered by {@link PoolEvent.Done}, or by {@link
   * PoolEvent.NotTaken} or {@link PoolEvent.HandOverFailed} if nothing came of it. From now on the
   * request is out of the pool's hands.
   */
  record HandOver(Request request, SessionId session, ProcessId process, long pid)
      implements PoolEffect {}

  /** Tell the requester why there is no session. */
  record Refuse(Request request, PoolException reason) implements PoolEffect {}

  /**
   * Stop a process; answered by {@link PoolEvent.Gone}. May come once more for the same process, by
   * force.
   *
   * @param why in words
   * @param force at once, without asking it first
   */
  record Stop(ProcessId process, String why, boolean force) implements PoolEffect {}

  /**
   * A session has taken longer than {@code slow_request_time}. Comes once a session.
   *
   * @param age nanoseconds since it was granted
   */
  record Slow(SessionId session, ProcessId process, long age) implements PoolEffect {}

  /**
   * A session has taken longer than {@code max_request_time}: end its process by force. Comes in
   * place of {@link Stop}, and is answered like it.
   *
   * @param why in words
   */
  record Overdue(SessionId session, ProcessId process, String why) implements PoolEffect {}

  /**
   * Send {@link PoolEvent.TimePassed} at this time. Replaces the alarm that was set before; given
   * only when it is earlier than that one or that one has rung.
   */
  record Alarm(long at) implements PoolEffect {}

  /** A line for the log about something unusual that was put right. */
  record Note(String text) implements PoolEffect {}

  /** The pool was shut down, and its last process is gone. Comes once. */
  record Empty() implements PoolEffect {}
}
