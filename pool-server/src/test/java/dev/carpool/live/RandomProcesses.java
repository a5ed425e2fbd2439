package dev.carpool.live;

import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.spawn.SpawnListener;
import dev.carpool.spawn.Spawner;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Processes that start, fail, serve, refuse and die by chance, on one thread as the real spawner's
 * event loop is one.
 */
final class RandomProcesses implements Spawner {

  private final SpawnListener listener;
  private final Random random;
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  private final Map<Long, Life> living = new ConcurrentHashMap<>();

  /** Connections that processes were given. */
  final AtomicLong served = new AtomicLong();

  /** Whether all that is asked of a process goes well from now on. */
  volatile boolean calm;

  RandomProcesses(SpawnListener listener, long seed) {
    this.listener = listener;
    random = new Random(seed);
  }

  private static final class Life {
    final List<Integer> sessions = new ArrayList<>(); // guarded by this
    boolean gone; // guarded by this
    volatile boolean stopping;
  }

  private boolean chance(int percent) {
    synchronized (random) {
      return !calm && random.nextInt(100) < percent;
    }
  }

  private void soon(Runnable task) {
    int micros;
    synchronized (random) {
      micros = random.nextInt(2000);
    }
    loop.schedule(task, micros, TimeUnit.MICROSECONDS);
  }

  @Override
  public void start(long process, AppSpec app, int generation) {
    Life life = new Life();
    living.put(process, life);
    soon(
        () -> {
          if (chance(5)) {
            listener.startFailed(process, report(app));
            soon(() -> die(process));
          } else if (chance(5)) {
            die(process);
          } else {
            listener.started(process, 1000 + process);
            listener.ready(process, 1000 + process, 1 + (int) (process % 3));
            if (life.stopping) {
              soon(() -> die(process));
            }
          }
        });
  }

  private static SpawnReport report(AppSpec app) {
    return new SpawnReport(
        "r", app.name(), Instant.EPOCH, "by chance", "", List.of(), List.of(), List.of());
  }

  @Override
  public void serve(long process, long session, Descriptor connection) throws IOException {
    Life life = living.get(process);
    if (life == null || chance(2)) {
      throw new IOException("by chance");
    }
    synchronized (life) {
      if (life.gone) {
        throw new IOException("it is gone");
      }
      life.sessions.add((int) session);
    }
    served.incrementAndGet();
    soon(() -> done(process, life, (int) session));
  }

  private void done(long process, Life life, int session) {
    boolean last;
    synchronized (life) {
      if (!life.sessions.remove((Integer) session)) {
        return;
      }
      last = life.sessions.isEmpty();
    }
    listener.done(process, session, true);
    if (last && life.stopping) {
      die(process);
    } else if (chance(1)) {
      listener.broken(process, "by chance");
    }
  }

  /** Ends one of the processes without a word. */
  void killOne() {
    soon(() -> living.keySet().stream().skip(1).findFirst().ifPresent(this::die));
  }

  private void die(long process) {
    Life life = living.remove(process);
    if (life != null) {
      synchronized (life) {
        life.gone = true;
        life.sessions.clear();
      }
      listener.gone(process, "by chance");
    }
  }

  @Override
  public void stop(long process, String why, boolean force) {
    soon(
        () -> {
          Life life = living.get(process);
          if (life == null) {
            return;
          }
          life.stopping = true;
          boolean free;
          synchronized (life) {
            free = life.sessions.isEmpty();
          }
          if (free || force) {
            die(process);
          }
        });
  }

  @Override
  public void close() {
    loop.shutdownNow();
  }
}
