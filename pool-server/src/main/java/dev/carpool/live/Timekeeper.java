package dev.carpool.live;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one alarm of the pool, on a thread of its own. Setting it replaces the one that was set
 * before.
 */
final class Timekeeper implements AutoCloseable {

  private final Runnable ring;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("timekeeper").daemon(true).unstarted(task));
  private @Nullable Future<?> set;

  Timekeeper(Runnable ring) {
    this.ring = ring;
  }

  /** Rings at this reading of {@link System#nanoTime}. */
  synchronized void ringAt(long nanos) {
    if (set != null) {
      set.cancel(false);
    }
    if (!thread.isShutdown()) {
      set = thread.schedule(ring, nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  /** Runs something small after a while, beside the alarm; not at all when this is closed. */
  synchronized void later(Runnable task, Duration delay) {
    if (!thread.isShutdown()) {
      var _ = thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public synchronized void close() {
    thread.shutdownNow();
  }
}
