package dev.carpool.audit;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The pool as one somebody has it: each change that is made through it is written down under that
 * name, after it has succeeded. What fails changes nothing, and its caller is told.
 *
 * <p>Safe in any thread.
 */
public final class AuditedPool implements ApplicationPool {

  private final ApplicationPool pool;
  private final Supplier<String> who;

  /**
   * A view of a pool.
   *
   * @param who the name, asked for when something is changed: to know it may take a look into the
   *     user database
   */
  public AuditedPool(ApplicationPool pool, Supplier<String> who) {
    this.pool = pool;
    this.who = who;
  }

  @Override
  public CompletableFuture<Session> request(AppSpec app, Duration timeout) {
    return pool.request(app, timeout);
  }

  @Override
  public CompletableFuture<Session> request(String appName, Duration timeout) {
    return pool.request(appName, timeout);
  }

  @Override
  public Receipt clear() throws PoolException {
    return written(pool.clear());
  }

  @Override
  public Receipt restart(String appName) throws PoolException {
    return written(pool.restart(appName));
  }

  @Override
  public Receipt restartIfChanged(String appName) throws PoolException {
    return written(pool.restartIfChanged(appName));
  }

  @Override
  public Receipt setMax(int max) throws PoolException {
    return written(pool.setMax(max));
  }

  @Override
  public Receipt setMaxPerApp(int maxPerApp) throws PoolException {
    return written(pool.setMaxPerApp(maxPerApp));
  }

  @Override
  public Receipt setMaxIdleTime(Duration maxIdleTime) throws PoolException {
    return written(pool.setMaxIdleTime(maxIdleTime));
  }

  @Override
  public Receipt setQueueMax(int queueMax) throws PoolException {
    return written(pool.setQueueMax(queueMax));
  }

  private Receipt written(Receipt receipt) {
    AuditLog.changed(who.get(), receipt);
    return receipt;
  }

  @Override
  public int active() throws PoolException {
    return pool.active();
  }

  @Override
  public int count() throws PoolException {
    return pool.count();
  }

  @Override
  public long spawnServerPid() throws PoolException {
    return pool.spawnServerPid();
  }

  @Override
  public PoolStatus status() throws PoolException {
    return pool.status();
  }

  @Override
  public List<RunningRequest> requests() throws PoolException {
    return pool.requests();
  }

  /** Does nothing: who has a view of the pool does not end it. */
  @Override
  public void close() {}
}
