package dev.carpool.pool;

import java.util.ArrayList;
import java.util.List;

/** A process as its events and effects show it to the reference. */
final class SeenProcess {
  final ProcessId id;
  final String app;
  final int generation;
  final long startedAt;
  boolean ready;
  boolean stopping;
  boolean forced;

  /** To be replaced: of an earlier generation, or worn out. */
  boolean stale;

  /** To be replaced because of what it has served; the generation may be the present one. */
  boolean worn;

  /** Of a generation that was cleared away. */
  boolean expelled;

  /** Said to be so by the status: it gets no more requests. */
  boolean draining;

  long readyAt;
  int served;

  long pid;
  int places = 1;
  long idleSince;
  final List<SeenSession> sessions = new ArrayList<>();

  SeenProcess(ProcessId id, String app, int generation, long startedAt) {
    this.id = id;
    this.app = app;
    this.generation = generation;
    this.startedAt = startedAt;
  }

  boolean starting() {
    return !ready && !stopping;
  }

  boolean idle() {
    return ready && !stopping && sessions.isEmpty();
  }

  boolean current() {
    return !stopping && !draining;
  }

  boolean serving() {
    return ready && current();
  }

  boolean staleAndServing() {
    return stale && serving();
  }

  boolean free() {
    return ready && current() && sessions.size() < places;
  }
}
