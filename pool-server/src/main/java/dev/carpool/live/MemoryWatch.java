package dev.carpool.live;

import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds processes that use more memory than their application allows.
 *
 * <p>Once a second it reads the resident size, which costs microseconds. Only where that is above a
 * limit it reads the proportional size, which is never larger and for which the kernel walks
 * through all pages: after one that took a while it waits a hundred times as long, so that it takes
 * a hundredth of a CPU at most.
 */
final class MemoryWatch implements AutoCloseable {

  /** Hears of a process that is above a limit. */
  interface Listener {
    void outgrown(long process, String why, boolean hard);
  }

  /** Reads the sizes of processes, in bytes; 0 for one that is gone. */
  interface Reader {
    long resident(long pid);

    long proportional(long pid);
  }

  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final int PAUSE = 100;

  private final Reader reader;
  private final Listener listener;
  private final Map<Long, Watched> processes = new ConcurrentHashMap<>();
  private @Nullable ScheduledExecutorService thread; // guarded by this
  private boolean closed; // guarded by this

  MemoryWatch(Reader reader, Listener listener) {
    this.reader = reader;
    this.listener = listener;
  }

  private static final class Watched {
    final AppLimits limits;
    volatile long pid;
    long notBefore = Long.MIN_VALUE;
    boolean told;

    Watched(AppLimits limits) {
      this.limits = limits;
    }

    long lowestLimit() {
      long soft = told || limits.memory() == 0 ? Long.MAX_VALUE : limits.memory();
      return Math.min(soft, limits.hardMemory() == 0 ? Long.MAX_VALUE : limits.hardMemory());
    }
  }

  /** A process is wanted. */
  void expect(long process, AppSpec app) {
    if (app.limits().memory() > 0 || app.limits().hardMemory() > 0) {
      processes.put(process, new Watched(app.limits()));
      begin();
    }
  }

  private synchronized void begin() {
    if (thread == null && !closed) {
      thread =
          Executors.newSingleThreadScheduledExecutor(
              task -> Thread.ofPlatform().name("memory").daemon(true).unstarted(task));
      var _ =
          thread.scheduleWithFixedDelay(
              () -> look(System.nanoTime()), 0, BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** It exists. */
  void started(long process, long pid) {
    Watched watched = processes.get(process);
    if (watched != null) {
      watched.pid = pid;
    }
  }

  void gone(long process) {
    processes.remove(process);
  }

  /** Looks at all of them once. */
  void look(long now) {
    processes.forEach(
        (process, watched) -> {
          if (watched.pid > 0 && watched.notBefore <= now) {
            look(process, watched, now);
          }
        });
  }

  private void look(long process, Watched watched, long now) {
    if (reader.resident(watched.pid) <= watched.lowestLimit()) {
      return;
    }
    long began = System.nanoTime();
    long size = reader.proportional(watched.pid);
    watched.notBefore = now + PAUSE * (System.nanoTime() - began);
    AppLimits limits = watched.limits;
    if (limits.hardMemory() > 0 && size > limits.hardMemory()) {
      listener.outgrown(process, why(size, "hard_memory_limit", limits.hardMemory()), true);
    } else if (!watched.told && limits.memory() > 0 && size > limits.memory()) {
      watched.told = true;
      listener.outgrown(process, why(size, "memory_limit", limits.memory()), false);
    }
  }

  private static String why(long size, String limit, long most) {
    return "uses %d MiB, above %s = %d MiB".formatted(size >> 20, limit, most >> 20);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
