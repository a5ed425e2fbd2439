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

  /** Of an earlier generation. */
  boolean stale;

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
    return !stopping && !stale;
  }

  boolean free() {
    return ready && current() && sessions.size() < places;
  }
}
