package dev.carpool.spawn;

import dev.carpool.api.AppSpec;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.SpawnMethod;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import dev.carpool.log.LogFiles;
import dev.carpool.log.LogFormat;
import dev.carpool.log.Outlets;
import dev.carpool.relay.Dialect;
import dev.carpool.relay.Relay;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts real processes that keep the helper contract. */
public final class HelperSpawner implements Spawner {

  private static final Logger LOG = LoggerFactory.getLogger(HelperSpawner.class);

  /** How long a preloader may have nothing to do before it is stopped. */
  public static final Duration DEFAULT_PRELOADER_IDLE_TIME = Duration.ofMinutes(10);

  private static final int BUFFER = 128 * 1024;

  private final Path helpers;
  private final SpawnListener listener;
  private final EventLoop lines;
  private final EventLoop outputs;
  private final Outlets outlets;
  private final MemorySegment lineBuffer = Arena.ofAuto().allocate(BUFFER);
  private final MemorySegment outputBuffer = Arena.ofAuto().allocate(BUFFER);
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().name("spawner").daemon(true).unstarted(task));
  private final Preloaders preloaders = new Preloaders(this);
  private volatile Duration preloaderIdleTime = DEFAULT_PRELOADER_IDLE_TIME;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Map<Long, HelperProcess> processes = new ConcurrentHashMap<>();

  /** A spawner whose applications' log files nobody reopens. */
  public HelperSpawner(Path helpers, SpawnListener listener, EventLoop lines) throws IOException {
    this(helpers, new LogFiles(LogFormat.TEXT), listener, lines);
  }

  /**
   * A spawner without processes yet.
   *
   * @param helpers the folder spawn-helpers
   * @param logs the log files that applications have
   * @param lines runs all that happens to the processes; stays the caller's, who closes it later
   */
  public HelperSpawner(Path helpers, LogFiles logs, SpawnListener listener, EventLoop lines)
      throws IOException {
    this.helpers = helpers;
    this.listener = listener;
    this.lines = lines;
    outputs = new EventLoop("outputs", (thread, e) -> LOG.error("an output's handler failed", e));
    outlets = new Outlets(outputs, logs);
  }

  @Override
  public void start(long process, AppSpec app, int generation) {
    HelperProcess helper = new HelperProcess(process, app, generation, this);
    processes.put(process, helper);
    if (app.spawn() == SpawnMethod.SMART) {
      onLoop(() -> fork(helper));
    } else {
      execute(() -> helper.child().execute(() -> plan(app)));
    }
  }

  /** Has a process forked by its preloader, which is started if need be; where its kind can. */
  void fork(HelperProcess helper) {
    Preloader preloader = preloaders.of(helper.app().name(), helper.generation());
    if (preloader != null) {
      preloader.fork(helper);
    } else {
      execute(() -> prepare(helper));
    }
  }

  private void prepare(HelperProcess helper) {
    LaunchPlan plan;
    try {
      plan = plan(helper.app());
    } catch (StartProblem | RuntimeException e) {
      helper
          .child()
          .execute(
              () -> {
                throw e; // where it becomes a report
              });
      return;
    }
    if (!plan.preloads()) {
      helper.child().execute(() -> plan);
      return;
    }
    onLoop(
        () -> {
          Preloader preloader = preloaders.of(helper.app().name(), helper.generation());
          if (preloader == null) {
            preloader =
                preloaders.start(helper.app(), helper.generation(), () -> plan.forPreloader());
          }
          preloader.fork(helper);
        });
  }

  private LaunchPlan plan(AppSpec app) throws StartProblem {
    return LaunchPlan.of(app, helpers, System.getenv());
  }

  /** Runs something on the thread that executes programs, and never ends. */
  void execute(Runnable task) {
    executor.execute(
        () -> {
          try {
            task.run();
          } catch (RuntimeException | Error e) {
            // With this thread the kernel would end all that it has executed to die with it.
            LOG.error("the spawner's task failed", e);
          }
        });
  }

  @Override
  public void renewed(String app, int generation) {
    onLoop(() -> preloaders.renewed(app, generation));
    for (HelperProcess process : processes.values()) {
      if (process.app().name().equals(app) && process.generation() < generation) {
        process.drain();
      }
    }
  }

  @Override
  public void drain() {
    processes.values().forEach(HelperProcess::drain);
  }

  @Override
  public long preloaderPid() {
    return CompletableFuture.supplyAsync(preloaders::latestPid, this::onLoop).join();
  }

  Duration preloaderIdleTime() {
    return preloaderIdleTime;
  }

  /** Changes how long preloaders may have nothing to do, from the next time on; 0 for any time. */
  public void setPreloaderIdleTime(Duration most) {
    preloaderIdleTime = most;
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
  public void explain(long process, long session, String how) {
    HelperProcess helper = processes.get(process);
    if (helper != null) {
      execute(() -> helper.explain((int) session, how)); // it reads files, which may take a while
    }
  }

  @Override
  public List<RunningRequest> describe(List<RunningRequest> running) {
    Map<Long, Contact.Requests> pids = new HashMap<>();
    processes.values().forEach(process -> pids.put(process.pid(), process.requests()));
    Contact.Requests unknown = session -> "";
    return running.stream()
        .map(request -> describe(request, pids.getOrDefault(request.pid(), unknown)))
        .toList();
  }

  private static RunningRequest describe(RunningRequest running, Contact.Requests requests) {
    String what = requests.of((int) running.session());
    return new RunningRequest(running.app(), running.pid(), running.session(), running.age(), what);
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
    if (closed.compareAndSet(false, true)) {
      CompletableFuture.supplyAsync(preloaders::close, this::onLoop)
          .thenCompose(Function.identity())
          .join();
      executor.close();
      outputs.close();
    }
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

  Relay relay(Relay.Place place, Dialect dialect, Relay.Listener hears) {
    return new Relay(lines, place, dialect, hears);
  }

  /** Watches for the end of a process. */
  EventLoop.Watch watch(Descriptor process, Runnable ended) throws IOException {
    return lines.watch(process, Readiness.READABLE, readiness -> ended.run());
  }

  OutputLog listenTo(AppSpec app, long pid, Descriptor pipe) throws IOException {
    Path log = app.log() == null ? null : app.root().resolve(app.log());
    try {
      return new OutputLog(app.name(), pid, log, outlets, pipe, outputs, outputBuffer);
    } catch (IOException e) {
      pipe.close();
      throw e;
    }
  }

  void forget(long process) {
    processes.remove(process);
  }
}
