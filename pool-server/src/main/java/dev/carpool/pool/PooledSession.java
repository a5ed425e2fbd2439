package dev.carpool.pool;

/** A session from its grant until its place is free again. */
final class PooledSession {

  final SessionId id;
  final PooledProcess process;
  final long since;

  /** The holder has given back its end. */
  boolean closed;

  /** Counted among the places that are about to be free; see {@link Returns}. */
  boolean returning;

  /** Until when it is; set with it. */
  long returningUntil;

  PooledSession(SessionId id, PooledProcess process, long since) {
    this.id = id;
    this.process = process;
    this.since = since;
  }
}
