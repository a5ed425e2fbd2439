package dev.carpool.spawn;

import dev.carpool.api.AppSpec;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts real processes that keep the helper contract. */
public final class HelperSpawner implements Spawner {

  private static final Logger LOG = LoggerFactory.getLogger(HelperSpawner.class);
  private static final int BUFFER = 128 * 1024;

  private final Path helpers;
  private final SpawnListener listener;
  private final EventLoop lines;
  private final EventLoop outputs;
  private final MemorySegment lineBuffer = Arena.ofAuto().allocate(BUFFER);
  private final MemorySegment outputBuffer = Arena.ofAuto().allocate(BUFFER);
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().name("spawner").daemon(true).unstarted(task));
  private final Map<Long, HelperProcess> processes = new ConcurrentHashMap<>();

  /**
   * A spawner without processes yet.
   *
   * @param helpers the folder spawn-helpers
   * @param lines runs all that happens to the processes; stays the caller's, who closes it later
   */
  public HelperSpawner(Path helpers, SpawnListener listener, EventLoop lines) throws IOException {
    this.helpers = helpers;
    this.listener = listener;
    this.lines = lines;
    outputs = new EventLoop("outputs", (thread, e) -> LOG.error("an output's handler failed", e));
  }

  @Override
  public void start(long process, AppSpec app) {
    HelperProcess helper = new HelperProcess(process, app, this);
    processes.put(process, helper);
    executor.execute(helper::execute);
  }

  @Override
  public void serve(long process, long session, Descriptor connection) throws IOException {
    HelperProcess helper = processes.get(process);
    if (helper == null) {
      throw new IOException("it is gone");
    }
    helper.serve(session, connection);
  }

  @Override
  public void stop(long process, String why, boolean force) {
    onLoop(
        () -> {
          HelperProcess helper = processes.get(process);
          if (helper != null) {
            helper.stop(why, force);
          }
        });
  }

  @Override
  public void close() {
    executor.shutdown();
    outputs.close();
  }

  Path helpers() {
    return helpers;
  }

  SpawnListener listener() {
    return listener;
  }

  void onLoop(Runnable task) {
    lines.execute(task);
  }

  EventLoop.Timer later(Duration delay, Runnable task) {
    return lines.later(delay, task);
  }

  void onExit(Process process, Runnable then) {
    var _ = process.onExit().thenRun(() -> onLoop(then));
  }

  EventLoop.Watch watch(Line line) throws IOException {
    return lines.watch(
        line.socket().nonBlocking(), Readiness.READABLE, readiness -> line.readable(lineBuffer));
  }

  /** Hears what a process that is gone has said last. */
  void readRest(Line line) {
    while (line.readable(lineBuffer)) {}
  }

  OutputLog listenTo(String app, long pid, Descriptor pipe) throws IOException {
    try {
      return new OutputLog(app, pid, pipe, outputs, outputBuffer);
    } catch (IOException e) {
      pipe.close();
      throw e;
    }
  }

  void forget(long process) {
    processes.remove(process);
  }
}
