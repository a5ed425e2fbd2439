package dev.carpool.admin;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A pool in which nothing happens but what is set. It counts how often its status was asked. */
final class StillPool implements ApplicationPool {

  final AtomicInteger looks = new AtomicInteger();
  volatile int max = 6;
  volatile String name = "shop";

  private Receipt receipt(String what, Object before, Object after) {
    return new Receipt(what, before.toString(), after.toString(), 5, 2);
  }

  @Override
  public Receipt setMax(int max) throws PoolException {
    if (max == 666) {
      throw new PoolException.BadRequest("no such max");
    }
    int before = this.max;
    this.max = max;
    return receipt("max", before, max);
  }

  @Override
  public Receipt setMaxPerApp(int maxPerApp) {
    return receipt("max_per_app", 0, maxPerApp);
  }

  @Override
  public Receipt setMaxIdleTime(Duration maxIdleTime) {
    return receipt("max_idle_time", "5m", maxIdleTime);
  }

  @Override
  public Receipt setQueueMax(int queueMax) {
    return receipt("queue_max", 100, queueMax);
  }

  @Override
  public Receipt restart(String appName) throws PoolException {
    if (!appName.equals("shop")) {
      throw new PoolException.NotFound("there is no application '" + appName + "'");
    }
    return receipt(appName, "generation 1", "generation 2");
  }

  @Override
  public PoolStatus status() {
    looks.incrementAndGet();
    PoolStatus.Process process =
        new PoolStatus.Process(
            4711, "busy", "", 1, 2, 1, 9, Duration.ofSeconds(9), Duration.ZERO, Duration.ZERO);
    return new PoolStatus(
        "1.0",
        1,
        PoolLimits.DEFAULT.withMax(max),
        1,
        1,
        0,
        3,
        2,
        Duration.ofMillis(1500),
        false,
        PoolStatus.Unserved.NONE,
        PoolStatus.Activity.NONE,
        List.of(),
        List.of(
            new PoolStatus.App(
                name,
                "/srv/shop",
                1,
                3,
                Duration.ZERO,
                PoolStatus.Unserved.NONE,
                PoolStatus.Activity.NONE,
                List.of(process),
                null)));
  }

  @Override
  public List<RunningRequest> requests() {
    return List.of(new RunningRequest("shop", 4711, 12, Duration.ofMillis(250), "GET /<b>\n"));
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public int active() {
    return 1;
  }

  @Override
  public CompletableFuture<Session> request(AppSpec app, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Session> request(String appName, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt clear() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt restartIfChanged(String appName) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long spawnServerPid() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
