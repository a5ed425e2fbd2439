package dev.carpool.pool;

/** A session as its events and effects show it to the reference. */
final class SeenSession {
  final SessionId id;
  final SeenProcess process;
  final Request request;
  final long since;
  boolean slow;
  long closedAt = Long.MAX_VALUE;

  SeenSession(SessionId id, SeenProcess process, Request request, long since) {
    this.id = id;
    this.process = process;
    this.request = request;
    this.since = since;
  }
}
