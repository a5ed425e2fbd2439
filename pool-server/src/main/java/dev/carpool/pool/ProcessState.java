package dev.carpool.pool;

/**
 * Where a process is in its life. A state carries what is true in it alone; a reason is a field,
 * not a state. The sessions stand at the process, since a stopping one may still have some.
 *
 * <pre>
 *   Starting --> Idle <--> Busy --> Draining
 *      |          |         |          |
 *      +----------+----+----+----------+
 *                      v
 *                  Stopping --> Gone      (and from each state to Gone, if it dies by itself)
 * </pre>
 */
sealed interface ProcessState {

  /** A ticket was issued for it; it has not said that it is ready. Next: Idle, Stopping, Gone. */
  record Starting(long since) implements ProcessState {}

  /** Ready and without sessions. Next: Busy, Stopping, Gone. */
  record Idle(long since) implements ProcessState {}

  /** With sessions. Next: Idle, Draining, Stopping, Gone. */
  record Busy() implements ProcessState {}

  /** With sessions, which are its last. Next: Stopping, Gone. */
  record Draining(Why reason) implements ProcessState {}

  /** Told to stop, or found broken. It may still have sessions. Next: Gone. */
  record Stopping(long since, Why reason) implements ProcessState {}

  /** No more. The pool keeps no process in this state. */
  record Gone() implements ProcessState {}

  /** Whether the step to another state is one of those that are drawn above. */
  default boolean leadsTo(ProcessState next) {
    return switch (this) {
      case Starting is -> next instanceof Idle || isEnding(next);
      case Idle is -> next instanceof Busy || isEnding(next);
      case Busy is -> next instanceof Idle || next instanceof Draining || isEnding(next);
      case Draining is -> isEnding(next);
      case Stopping is -> next instanceof Gone;
      case Gone is -> false;
    };
  }

  private static boolean isEnding(ProcessState next) {
    return next instanceof Stopping || next instanceof Gone;
  }

  /** The word for it in reports. */
  default String word() {
    return switch (this) {
      case Starting is -> "starting";
      case Idle is -> "idle";
      case Busy is -> "busy";
      case Draining is -> "draining";
      case Stopping is -> "stopping";
      case Gone is -> "gone";
    };
  }

  /** The reason for it; empty where there is none to give. */
  default String why() {
    return switch (this) {
      case Starting is -> "";
      case Idle is -> "";
      case Busy is -> "";
      case Draining is -> is.reason().words();
      case Stopping is -> is.reason().words();
      case Gone is -> "";
    };
  }
}
