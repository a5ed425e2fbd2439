package dev.carpool.api;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A pool of application processes that hands out sessions with them.
 *
 * <p>All methods may be called from any thread. The setters take effect before they return, and say
 * in a {@link Receipt} what they changed.
 */
public interface ApplicationPool extends AutoCloseable {

  /**
   * Asks for a session with a process of an application.
   *
   * <p>The future completes with an open session that the caller owns and closes, or fails with a
   * {@link PoolException}. Cancelling it withdraws the request at once; when the session had been
   * granted already, {@code cancel} returns false and the caller owns the session.
   *
   * @param app the application; the first request makes it known to the pool under {@link
   *     AppSpec#name()}
   * @param timeout from now until the session is handed over: waiting, starting and handing over
   *     together
   */
  CompletableFuture<Session> request(AppSpec app, Duration timeout);

  /** Like {@link #request(AppSpec, Duration)} for an application that the pool has by name. */
  CompletableFuture<Session> request(String appName, Duration timeout);

  /**
   * Waits for a session with a process of an application.
   *
   * @throws PoolException the reason why there is none
   * @throws InterruptedException if interrupted while waiting; the request is withdrawn
   */
  default Session get(AppSpec app, Duration timeout) throws PoolException, InterruptedException {
    return await(request(app, timeout));
  }

  /** Like {@link #get(AppSpec, Duration)} for an application that the pool has by name. */
  default Session get(String appName, Duration timeout) throws PoolException, InterruptedException {
    return await(request(appName, timeout));
  }

  /**
   * Starts a new generation of every application: idle processes stop, busy ones finish their
   * sessions first.
   */
  Receipt clear() throws PoolException;

  /**
   * Starts a new generation of one application, which nobody is to notice: the processes of the old
   * one serve until there are new ones, and go one for one. If the new generation cannot start, the
   * old one goes on.
   *
   * @throws PoolException.NotFound if the pool has no application of that name
   */
  Receipt restart(String appName) throws PoolException;

  /**
   * Does as {@link #restart} does if a file of the application is newer than its present
   * generation; else nothing, and the receipt says so.
   *
   * @throws PoolException.NotFound if the pool has no application of that name
   */
  Receipt restartIfChanged(String appName) throws PoolException;

  /**
   * Sets how many processes may live at once, all applications together.
   *
   * @param max at least 1
   * @throws PoolException.BadRequest if it is less
   */
  Receipt setMax(int max) throws PoolException;

  /** Sets how many processes of one application may live at once; 0 means no limit of its own. */
  Receipt setMaxPerApp(int maxPerApp) throws PoolException;

  /** Sets how long a process may be idle before it is stopped; zero means for ever. */
  Receipt setMaxIdleTime(Duration maxIdleTime) throws PoolException;

  /** Sets how many requests the waiting room holds; 0 means that nobody waits. */
  Receipt setQueueMax(int queueMax) throws PoolException;

  /** The number of processes with at least one session. */
  int active() throws PoolException;

  /** The number of living processes: starting, idle, busy, draining and stopping. */
  int count() throws PoolException;

  /**
   * The process that starts the processes of an application: its preloader, else the pool server
   * itself.
   */
  long spawnServerPid() throws PoolException;

  /** Everything there is to know about the pool at one instant. */
  PoolStatus status() throws PoolException;

  /**
   * The requests that are being served, the oldest first.
   *
   * <p>This looks into each busy process, so it takes longer than {@link #status}.
   */
  List<RunningRequest> requests() throws PoolException;

  /**
   * Ends the use of the pool; see the implementation for what that means to sessions and processes.
   */
  @Override
  void close();

  private static Session await(CompletableFuture<Session> request)
      throws PoolException, InterruptedException {
    try {
      return request.get();
    } catch (InterruptedException e) {
      if (!request.cancel(false) && !request.isCompletedExceptionally()) {
        request.join().close();
      }
      throw e;
    } catch (ExecutionException e) {
      throw PoolException.from(e);
    }
  }
}
