package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;

/** Counts of those who were not served, by reason: of one application, or of the whole pool. */
final class Tally {

  private long queueFull;
  private long queueTimeout;
  private long spawnFailed;
  private long shuttingDown;
  private long other;
  private long withdrawn;
  private long lost;

  void refused(PoolException reason) {
    switch (reason) {
      case PoolException.QueueFull ignored -> queueFull++;
      case PoolException.QueueTimeout ignored -> queueTimeout++;
      case PoolException.SpawnFailed ignored -> spawnFailed++;
      case PoolException.ShuttingDown ignored -> shuttingDown++;
      case PoolException.Unavailable ignored -> other++;
      case PoolException.BadRequest ignored -> other++;
      case PoolException.NotFound ignored -> other++;
      case PoolException.Denied ignored -> other++;
    }
  }

  void withdrawn() {
    withdrawn++;
  }

  void lost(int sessions) {
    lost += sessions;
  }

  void add(Tally more) {
    queueFull += more.queueFull;
    queueTimeout += more.queueTimeout;
    spawnFailed += more.spawnFailed;
    shuttingDown += more.shuttingDown;
    other += more.other;
    withdrawn += more.withdrawn;
    lost += more.lost;
  }

  PoolStatus.Unserved snapshot() {
    return new PoolStatus.Unserved(
        queueFull, queueTimeout, spawnFailed, shuttingDown, other, withdrawn, lost);
  }

  void verify(Tally parts) {
    Verify.verify(snapshot().equals(parts.snapshot()), "%s, not %s", parts.snapshot(), snapshot());
  }
}
