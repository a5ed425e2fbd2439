package dev.carpool.pool;

import dev.carpool.api.SpawnReport;
import dev.carpool.pool.ProcessState.Idle;
import dev.carpool.pool.ProcessState.Starting;
import dev.carpool.pool.ProcessState.Stopping;
import java.time.Duration;
import java.util.List;

/** What processes do by themselves: they get ready or fail, wear out, break and end. */
final class Lives {

  /** Who ends by itself before, and has served nothing, was not ready. */
  static final Duration INFANCY = Duration.ofSeconds(10);

  /** A process may be killed once by somebody from outside. */
  private static final int FREE_DEATHS = 1;

  /** Also a few times in a row by the request that it has; others may be harmless. */
  private static final int FREE_DEATHS_AT_WORK = 5;

  private final Pool pool;
  private final Rolling rolling;

  Lives(Pool pool, Rolling rolling) {
    this.pool = pool;
    this.rolling = rolling;
  }

  void ready(PooledProcess process, PoolEvent.Ready event) {
    process.pid = event.pid();
    if (!(process.state() instanceof Starting)) {
      pool.note("%s is ready too late: %s".formatted(process.id, process.state().word()));
      return;
    }
    process.concurrency = Math.max(1, event.concurrency());
    process.readyAt = pool.now;
    process.app.usualConcurrency = process.concurrency;
    process.app.proven = true;
    process.app.tally.ready(pool.now - process.startedAt);
    process.app.backOff.succeeded();
    pool.become(process, new Idle(pool.now));
    rolling.replaced(process.app);
  }

  void startFailed(PooledProcess process, SpawnReport report) {
    if (process.state() instanceof Starting) {
      process.app.startFailed(report, process.startedAt, pool.now);
      pool.stop(process, new Why(Why.Cause.START_FAILED, "start failed"), false);
    } else {
      pool.note("%s failed to start, but is %s".formatted(process.id, process.state().word()));
    }
  }

  /** It has finished a session. After as many as its limit says it is to be replaced. */
  void served(PooledProcess process) {
    process.served++;
    process.app.tally.served();
    process.app.backOff.outlived();
    int maxRequests = process.app.spec.limits().maxRequests();
    if (maxRequests > 0 && process.served >= wornAfter(process.id, maxRequests)) {
      pool.outdate(process, new Why(Why.Cause.MAX_REQUESTS, "max_requests"));
    }
  }

  /** The limit give or take a tenth, so that processes do not all go in the same moment. */
  static long wornAfter(ProcessId process, int maxRequests) {
    int tenth = maxRequests / 10;
    long hash = process.value() * 0x9e3779b97f4a7c15L; // golden ratio: neighbours lie far apart
    return maxRequests - tenth + Long.remainderUnsigned(hash >>> 32, 2L * tenth + 1);
  }

  void outgrown(PooledProcess process, String why, boolean hard) {
    Why reason = new Why(Why.Cause.MEMORY, why);
    if (hard) {
      pool.miss(process);
      pool.stop(process, reason, true);
    } else {
      pool.outdate(process, reason);
    }
  }

  /** It cannot be reached any more. */
  void broken(PooledProcess process, String reason) {
    ended(process, reason);
    pool.stop(process, new Why(Why.Cause.DIED, reason), false);
  }

  void gone(PooledProcess process, String how) {
    ended(process, how);
    if (process.diedYoung) {
      String why = process.state() instanceof Stopping stopping ? stopping.why() + ", " + how : how;
      process.app.backOff.explain(youngDeath(process, why)); // better than a line that ended
    }
    pool.bury(process);
  }

  /** Takes note of an end that nobody asked for. */
  private void ended(PooledProcess process, String how) {
    if (process.state() instanceof Starting) {
      // It should have been reported; and it must not start in a loop.
      process.app.startFailed(null, process.startedAt, pool.now);
      pool.note("%s of '%s' ended while starting: %s".formatted(process.id, process.app.name, how));
    } else if (process.isServing()) {
      pool.miss(process);
      if (process.served == 0 && pool.now - process.readyAt < INFANCY.toNanos()) {
        process.diedYoung = true;
        process.endedAt = pool.now;
        int free = process.sessions.isEmpty() ? FREE_DEATHS : FREE_DEATHS_AT_WORK;
        process.app.backOff.diedYoung(youngDeath(process, how), free, process.startedAt, pool.now);
      } else {
        process.app.backOff.outlived();
      }
    }
  }

  private SpawnReport youngDeath(PooledProcess process, String how) {
    Duration age = Duration.ofMillis((process.endedAt - process.readyAt) / 1_000_000);
    return new SpawnReport(
        "process " + process.pid, // the name under which the log says more of it
        process.app.name,
        pool.wallClock(process.endedAt),
        "process %d ended %s after it was ready, with nothing served: %s"
            .formatted(process.pid, Reasons.words(age), how),
        "Look at what it printed; it is in the log.",
        List.of(),
        List.of(),
        List.of());
  }
}
