package dev.carpool.live;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.Units;
import dev.carpool.pool.PoolEffect;
import dev.carpool.pool.PoolEvent;
import dev.carpool.pool.ProcessId;
import dev.carpool.pool.Request;
import dev.carpool.pool.RequestId;
import dev.carpool.pool.SessionId;
import dev.carpool.spawn.Spawner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what the machine wants done, on the thread that brought the event and without the lock. */
final class Effects {

  private static final Logger LOG = LoggerFactory.getLogger(Effects.class);

  /** What a process has to print what it is doing, before it is ended for it. */
  private static final Duration TO_EXPLAIN = Duration.ofMillis(200);

  /** Completes when the pool was shut down and no process is left. */
  final CompletableFuture<Void> empty = new CompletableFuture<>();

  private final Map<RequestId, Requester> pending;
  private final Spawner spawner;
  private final Sessions sessions;
  private final MemoryWatch memory;
  private final Timekeeper timekeeper;
  private final RefusalLog refusals;
  private final Generations generations;
  private final HandOver handOver;

  /**
   * Of a pool without events yet.
   *
   * @param pending those who have asked and are not answered
   */
  Effects(
      Map<RequestId, Requester> pending,
      Sessions sessions,
      MemoryWatch memory,
      Spawner spawner,
      Timekeeper timekeeper,
      RefusalLog refusals,
      Generations generations,
      Consumer<PoolEvent> pool) {
    this.pending = pending;
    this.sessions = sessions;
    this.memory = memory;
    this.spawner = spawner;
    this.timekeeper = timekeeper;
    this.refusals = refusals;
    this.generations = generations;
    handOver = new HandOver(pending, sessions, spawner, pool);
  }

  void perform(List<PoolEffect> effects) {
    for (PoolEffect effect : effects) {
      perform(effect);
    }
  }

  private void perform(PoolEffect effect) {
    switch (effect) {
      case PoolEffect.HandOver granted -> handOver.perform(granted);
      case PoolEffect.Refuse(Request request, PoolException reason) -> {
        Requester requester = pending.remove(request.id());
        if (requester != null) {
          requester.refused(reason);
        }
        refusals.refused(request.app().name(), reason);
      }
      case PoolEffect.Start(ProcessId process, AppSpec app, int generation) -> {
        generations.started(app.name());
        memory.expect(process.value(), app);
        spawner.start(process.value(), app, generation);
      }
      case PoolEffect.Renewed(String app, int generation) -> {
        generations.renewed(app);
        spawner.renewed(app, generation);
      }
      case PoolEffect.Stop(ProcessId process, String why, boolean force) ->
          spawner.stop(process.value(), why, force);
      case PoolEffect.Slow(SessionId session, ProcessId process, long age) -> {
        Duration taken = Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(age));
        spawner.explain(process.value(), session.value(), "has taken " + Units.words(taken));
      }
      case PoolEffect.Overdue(SessionId session, ProcessId process, String why) -> {
        sessions.overdue(session.value());
        spawner.explain(process.value(), session.value(), "is " + why);
        // Asked first what it does: of two signals that wait, the kernel delivers SIGTERM first.
        timekeeper.later(() -> spawner.stop(process.value(), why, true), TO_EXPLAIN);
      }
      case PoolEffect.Alarm(long at) -> timekeeper.ringAt(at);
      case PoolEffect.Note(String text) -> LOG.debug("{}", text);
      case PoolEffect.Empty ignored -> empty.complete(null);
    }
  }
}
