package dev.carpool.pool;

import com.google.common.base.Verify;
import com.google.common.collect.ImmutableMap;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import java.util.stream.LongStream;

/** What has been, in counts that only rise: of one application, or of several together. */
final class Tally {

  private long queueFull;
  private long queueTimeout;
  private long spawnFailed;
  private long shuttingDown;
  private long other;
  private long withdrawn;
  private long lost;
  private long granted;
  private long notTaken;
  private long failedHandOvers;
  private long served;
  private final Durations waits = new Durations();
  private final Durations starts = new Durations();
  private final Durations failedStarts = new Durations();
  private final long[] ended = new long[Why.Cause.values().length];

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

  /** A request was given a place. */
  void granted(long waitedNanos) {
    granted++;
    waits.took(waitedNanos);
  }

  /** A place was given back at once, because there was nobody to be served. */
  void notTaken() {
    notTaken++;
  }

  void handOverFailed() {
    failedHandOvers++;
  }

  void served() {
    served++;
  }

  void ready(long afterNanos) {
    starts.took(afterNanos);
  }

  void startFailed(long afterNanos) {
    failedStarts.took(afterNanos);
  }

  void ended(Why.Cause cause) {
    ended[cause.ordinal()]++;
  }

  void add(Tally more) {
    queueFull += more.queueFull;
    queueTimeout += more.queueTimeout;
    spawnFailed += more.spawnFailed;
    shuttingDown += more.shuttingDown;
    other += more.other;
    withdrawn += more.withdrawn;
    lost += more.lost;
    granted += more.granted;
    notTaken += more.notTaken;
    failedHandOvers += more.failedHandOvers;
    served += more.served;
    waits.add(more.waits);
    starts.add(more.starts);
    failedStarts.add(more.failedStarts);
    for (int i = 0; i < ended.length; i++) {
      ended[i] += more.ended[i];
    }
  }

  /**
   * Everybody who was given a place has had an end, or is being served; and so has each process.
   *
   * @param sessions that are open
   * @param gone processes that are no more
   */
  void verify(long sessions, long gone) {
    long ends = notTaken + failedHandOvers + served + lost;
    Verify.verify(granted == ends + sessions, "%s granted, %s ended", granted, ends);
    Verify.verify(LongStream.of(ended).sum() == gone, "%s processes have ended", gone);
    Verify.verify(waits.snapshot().count() == granted, "%s granted", granted);
  }

  PoolStatus.Unserved unserved() {
    return new PoolStatus.Unserved(
        queueFull, queueTimeout, spawnFailed, shuttingDown, other, withdrawn, lost);
  }

  PoolStatus.Activity activity() {
    ImmutableMap.Builder<String, Long> byCause = ImmutableMap.builder();
    for (Why.Cause cause : Why.Cause.values()) {
      byCause.put(cause.word(), ended[cause.ordinal()]);
    }
    return new PoolStatus.Activity(
        granted,
        notTaken,
        failedHandOvers,
        served,
        waits.snapshot(),
        starts.snapshot(),
        failedStarts.snapshot(),
        byCause.buildOrThrow());
  }
}
