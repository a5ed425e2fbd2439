package dev.carpool.gateway;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.Session;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The wish of one request for a process. A process may end before it has read the request; then
 * another is asked for, within the same time.
 *
 * <p>{@link #ask} belongs to one thread at a time, {@link #withdraw} to any.
 */
final class Asking {

  /** How many processes are asked before a request is given up that none of them reads. */
  private static final int TRIES = 5;

  private final ApplicationPool pool;
  private final AppSpec app;
  private final Duration time;
  private long deadline;
  private int tries;

  // Guarded by this.
  private @Nullable CompletableFuture<Session> asked;
  private boolean withdrawn;

  /**
   * A wish that nobody has heard of.
   *
   * @param time how long all of it may take, from the first time it is asked for
   */
  Asking(ApplicationPool pool, AppSpec app, Duration time) {
    this.pool = pool;
    this.app = app;
    this.time = time;
  }

  boolean mayAskAgain() {
    return tries < TRIES;
  }

  /** Asks for a process. The answer comes in the pool's thread, or in this one. */
  void ask(BiConsumer<? super @Nullable Session, ? super @Nullable Throwable> then) {
    long now = System.nanoTime();
    if (tries++ == 0) {
      deadline = now + time.toNanos();
    }
    CompletableFuture<Session> asking =
        pool.request(app, Duration.ofNanos(Math.max(1, deadline - now)));
    synchronized (this) {
      asked = asking;
      if (withdrawn) {
        boolean ignored = asking.cancel(false);
      }
    }
    var ignored = asking.whenComplete(then);
  }

  /** Nobody waits for a process any more. One that was granted already is still answered. */
  void withdraw() {
    CompletableFuture<Session> asking;
    synchronized (this) {
      withdrawn = true;
      asking = asked;
    }
    if (asking != null) {
      boolean ignored = asking.cancel(false);
    }
  }
}
