package dev.carpool.pool;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pool as a pure machine. */
public final class PoolMachine {

  public PoolMachine(PoolLimits limits) {
    this.limits = limits;
  }

  private final PoolLimits limits;

  /**
   * Takes an event and says what is to be done.
   *
   * @param now monotonic nanoseconds
   */
  public List<PoolEffect> on(PoolEvent event, long now) {
    throw new UnsupportedOperationException(event + " at " + now);
  }

  public boolean knows(String app) {
    return app(app) != null;
  }

  /** What the pool knows about an application; null if it knows none of that name. */
  public @Nullable AppSpec app(String name) {
    throw new UnsupportedOperationException(name);
  }

  public PoolLimits limits() {
    return limits;
  }

  public int count() {
    throw new UnsupportedOperationException();
  }

  public int active() {
    throw new UnsupportedOperationException();
  }

  /** Processes that end as soon as they are free: draining, or above a limit. */
  public int toDrain() {
    throw new UnsupportedOperationException();
  }

  /** Like {@link #toDrain()}, of one application. */
  public int toDrain(String app) {
    throw new UnsupportedOperationException(app);
  }

  public PoolStatus status(String version, long serverPid, long now) {
    throw new UnsupportedOperationException(version + serverPid + now);
  }

  /** Checks every invariant; for tests. */
  public void verify() {
    throw new UnsupportedOperationException();
  }
}
