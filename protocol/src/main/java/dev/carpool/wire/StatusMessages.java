package dev.carpool.wire;

import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.wire.proto.Status;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The state of the pool, and receipts. Times travel in milliseconds, ages rounded up. */
public final class StatusMessages {

  private StatusMessages() {}

  public static dev.carpool.wire.proto.Receipt toMessage(Receipt receipt) {
    return dev.carpool.wire.proto.Receipt.newBuilder()
        .setWhat(receipt.what())
        .setBefore(receipt.before())
        .setAfter(receipt.after())
        .setCount(receipt.count())
        .setDraining(receipt.draining())
        .build();
  }

  public static Receipt fromMessage(dev.carpool.wire.proto.Receipt message) {
    return new Receipt(
        message.getWhat(),
        message.getBefore(),
        message.getAfter(),
        message.getCount(),
        message.getDraining());
  }

  public static Status toMessage(PoolStatus status) {
    Status.Builder message =
        Status.newBuilder()
            .setVersion(status.version())
            .setServerPid((int) status.serverPid())
            .setLimits(limits(status.limits()))
            .setCount(status.count())
            .setActive(status.active())
            .setInactive(status.inactive())
            .setWaiting(status.waiting())
            .setExpecting(status.expecting())
            .setOldestWaitMillis(Quantities.millis(status.oldestWait()))
            .setShuttingDown(status.shuttingDown())
            .setUnserved(unserved(status.unserved()))
            .setActivity(ActivityMessages.toMessage(status.activity()));
    status.listeners().forEach(listener -> message.addListeners(listener(listener)));
    status.apps().forEach(app -> message.addApps(app(app)));
    return message.build();
  }

  /**
   * Reads a server's answer.
   *
   * @throws IllegalArgumentException if its limits are none
   */
  public static PoolStatus fromMessage(Status message) {
    return new PoolStatus(
        message.getVersion(),
        message.getServerPid(),
        limits(message.getLimits()),
        message.getCount(),
        message.getActive(),
        message.getInactive(),
        message.getWaiting(),
        message.getExpecting(),
        Quantities.unsignedMillis(message.getOldestWaitMillis()),
        message.getShuttingDown(),
        unserved(message.getUnserved()),
        ActivityMessages.fromMessage(message.getActivity()),
        message.getListenersList().stream().map(StatusMessages::listener).toList(),
        message.getAppsList().stream().map(StatusMessages::app).toList());
  }

  private static Status.Limits limits(PoolLimits limits) {
    return Status.Limits.newBuilder()
        .setMax(limits.max())
        .setMaxPerApp(limits.maxPerApp())
        .setMaxIdleTimeMillis(Quantities.millis(limits.maxIdleTime()))
        .setMaxSpawning(limits.maxSpawning())
        .setQueueMax(limits.queueMax())
        .build();
  }

  private static PoolLimits limits(Status.Limits message) {
    return new PoolLimits(
        message.getMax(),
        message.getMaxPerApp(),
        Quantities.unsignedMillis(message.getMaxIdleTimeMillis()),
        message.getMaxSpawning(),
        message.getQueueMax());
  }

  private static Status.App app(PoolStatus.App app) {
    Status.App.Builder message =
        Status.App.newBuilder()
            .setName(app.name())
            .setRoot(app.root())
            .setGeneration(app.generation())
            .setWaiting(app.waiting())
            .setRetryInMillis(Quantities.millis(app.retryIn()))
            .setUnserved(unserved(app.unserved()))
            .setActivity(ActivityMessages.toMessage(app.activity()));
    app.processes().forEach(process -> message.addProcesses(process(process)));
    PoolStatus.Failure failure = app.lastFailure();
    if (failure != null) {
      message.setLastFailure(
          Status.Failure.newBuilder()
              .setId(failure.id())
              .setAtUnixMillis(failure.at().toEpochMilli())
              .setSummary(failure.summary())
              .setFailures(failure.failures()));
    }
    return message.build();
  }

  private static PoolStatus.App app(Status.App message) {
    return new PoolStatus.App(
        message.getName(),
        message.getRoot(),
        message.getGeneration(),
        message.getWaiting(),
        Quantities.unsignedMillis(message.getRetryInMillis()),
        unserved(message.getUnserved()),
        ActivityMessages.fromMessage(message.getActivity()),
        message.getProcessesList().stream().map(StatusMessages::process).toList(),
        failure(message));
  }

  private static Status.Unserved unserved(PoolStatus.Unserved unserved) {
    return Status.Unserved.newBuilder()
        .setQueueFull(unserved.queueFull())
        .setQueueTimeout(unserved.queueTimeout())
        .setSpawnFailed(unserved.spawnFailed())
        .setShuttingDown(unserved.shuttingDown())
        .setOther(unserved.other())
        .setWithdrawn(unserved.withdrawn())
        .setLost(unserved.lost())
        .build();
  }

  private static PoolStatus.Unserved unserved(Status.Unserved message) {
    return new PoolStatus.Unserved(
        message.getQueueFull(),
        message.getQueueTimeout(),
        message.getSpawnFailed(),
        message.getShuttingDown(),
        message.getOther(),
        message.getWithdrawn(),
        message.getLost());
  }

  private static PoolStatus.@Nullable Failure failure(Status.App message) {
    if (!message.hasLastFailure()) {
      return null;
    }
    Status.Failure failure = message.getLastFailure();
    return new PoolStatus.Failure(
        failure.getId(),
        Instant.ofEpochMilli(failure.getAtUnixMillis()),
        failure.getSummary(),
        failure.getFailures());
  }

  private static Status.Listener listener(PoolStatus.Listener listener) {
    return Status.Listener.newBuilder()
        .setAddress(listener.address())
        .setApp(listener.app())
        .setWaiting(listener.waiting())
        .setLimit(listener.limit())
        .setPeak(listener.peak())
        .setDropped(listener.dropped())
        .build();
  }

  private static PoolStatus.Listener listener(Status.Listener message) {
    return new PoolStatus.Listener(
        message.getAddress(),
        message.getApp(),
        message.getWaiting(),
        message.getLimit(),
        message.getPeak(),
        message.getDropped());
  }

  private static Status.Process process(PoolStatus.Process process) {
    return Status.Process.newBuilder()
        .setPid((int) process.pid())
        .setState(process.state())
        .setWhy(process.why())
        .setGeneration(process.generation())
        .setConcurrency(process.concurrency())
        .setSessions(process.sessions())
        .setServed(process.served())
        .setAgeMillis(Quantities.millis(process.age()))
        .setIdleForMillis(Quantities.millis(process.idleFor()))
        .setOldestSessionMillis(Quantities.millis(process.oldestSession()))
        .build();
  }

  private static PoolStatus.Process process(Status.Process message) {
    return new PoolStatus.Process(
        message.getPid(),
        message.getState(),
        message.getWhy(),
        message.getGeneration(),
        message.getConcurrency(),
        message.getSessions(),
        message.getServed(),
        Quantities.unsignedMillis(message.getAgeMillis()),
        Quantities.unsignedMillis(message.getIdleForMillis()),
        Quantities.unsignedMillis(message.getOldestSessionMillis()));
  }
}
