package dev.carpool.pool;

import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.SpawnReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies the pool for a report. Changes nothing. */
final class StatusSnapshot {

  private final Pool pool;
  private final long now;

  StatusSnapshot(Pool pool, long now) {
    this.pool = pool;
    this.now = now;
  }

  PoolStatus take(String version, long serverPid) {
    List<PoolStatus.App> apps = new ArrayList<>(pool.apps.all().size());
    int waiting = 0;
    int queued = 0;
    long oldest = Long.MAX_VALUE;
    for (AppPool app : pool.apps.all()) {
      apps.add(app(app));
      waiting += app.uncovered();
      queued += app.queue.size();
      if (!app.queue.isEmpty()) {
        oldest = Math.min(oldest, app.queue.firstEntry().getValue().since());
      }
    }
    apps.sort(Comparator.comparing(PoolStatus.App::name));
    Tally total = pool.apps.tally();
    return new PoolStatus(
        version,
        serverPid,
        pool.limits,
        pool.census.living(),
        pool.active,
        pool.census.idle(),
        waiting,
        queued - waiting,
        since(oldest),
        pool.shuttingDown,
        total.unserved(),
        total.activity(),
        List.of(),
        apps);
  }

  /** The sessions, without what only their processes know. */
  List<RunningRequest> running() {
    return pool.sessions.values().stream()
        .sorted(Comparator.comparingLong(session -> session.id.value()))
        .map(
            session ->
                new RunningRequest(
                    session.process.app.name,
                    session.process.pid,
                    session.id.value(),
                    since(session.since),
                    ""))
        .toList();
  }

  private PoolStatus.App app(AppPool app) {
    return new PoolStatus.App(
        app.name,
        app.spec.root().toString(),
        app.generation,
        app.queue.size(),
        Duration.ofNanos(app.backOff.left(now)),
        app.tally.unserved(),
        app.tally.activity(),
        app.processes.stream().map(this::process).toList(),
        failure(app.backOff));
  }

  private PoolStatus.Process process(PooledProcess process) {
    return new PoolStatus.Process(
        process.pid,
        process.state().word(),
        process.whyOutdated(),
        process.generation,
        process.concurrency,
        process.sessions.size(),
        process.served,
        since(process.startedAt),
        since(process.idleSince()),
        process.sessions.isEmpty()
            ? Duration.ZERO
            : since(process.sessions.iterator().next().since));
  }

  private static PoolStatus.@Nullable Failure failure(BackOff backOff) {
    SpawnReport report = backOff.report();
    return report == null
        ? null
        : new PoolStatus.Failure(report.id(), report.at(), report.summary(), backOff.failures());
  }

  /** Zero for what has not happened ({@link Long#MAX_VALUE}) or only just now. */
  private Duration since(long instant) {
    return instant >= now ? Duration.ZERO : Duration.ofNanos(now - instant);
  }
}
