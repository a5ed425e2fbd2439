package dev.carpool.api;

import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * The reason why the pool did not do what it was asked. The pool stays usable after each of them.
 */
public abstract sealed class PoolException extends Exception {

  private final transient Duration retryAfter;

  private PoolException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /** When it makes sense to ask again; zero when nothing is known about that. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** The pool's own reason of a failed future; an {@link Unavailable} for any other. */
  static PoolException from(ExecutionException failed) {
    if (failed.getCause() instanceof PoolException reason) {
      return reason;
    }
    Unavailable unavailable = new Unavailable("the pool failed: " + failed.getCause());
    unavailable.initCause(failed.getCause());
    return unavailable;
  }

  /** No process of the application could be started. */
  public static final class SpawnFailed extends PoolException {
    private final transient SpawnReport report;

    public SpawnFailed(SpawnReport report, Duration retryAfter) {
      super("Cannot start application '" + report.app() + "': " + report.summary(), retryAfter);
      this.report = report;
    }

    public SpawnReport report() {
      return report;
    }
  }

  /** The waiting room is full. */
  public static final class QueueFull extends PoolException {
    public QueueFull(String message, Duration retryAfter) {
      super(message, retryAfter);
    }
  }

  /** The request's time was over before a process was free. */
  public static final class QueueTimeout extends PoolException {
    public QueueTimeout(String message, Duration retryAfter) {
      super(message, retryAfter);
    }
  }

  /** The pool is being shut down. */
  public static final class ShuttingDown extends PoolException {
    public ShuttingDown() {
      super("The pool is shutting down.", Duration.ofSeconds(1));
    }
  }

  /** What was asked makes no sense; the message says what and where. */
  public static final class BadRequest extends PoolException {
    public BadRequest(String message) {
      super(message, Duration.ZERO);
    }
  }

  /** There is no application of that name. */
  public static final class NotFound extends PoolException {
    public NotFound(String message) {
      super(message, Duration.ZERO);
    }
  }

  /** The asker may not do that. */
  public static final class Denied extends PoolException {
    public Denied(String message) {
      super(message, Duration.ZERO);
    }
  }

  /** The pool server cannot be reached, does not know the command, or failed by itself. */
  public static final class Unavailable extends PoolException {
    public Unavailable(String message) {
      super(message, Duration.ZERO);
    }
  }
}
