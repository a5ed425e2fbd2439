package dev.carpool.spawn;

import com.google.common.collect.Comparators;
import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import dev.carpool.api.Units;
import dev.carpool.descriptor.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that has loaded an application and forks the processes that serve it. Confined to the
 * spawner's event loop.
 *
 * <p>One that ends without a word is replaced, once for each process that waited for it. What it
 * says itself of a start that fails, and a load that takes too long, is the application's fault and
 * told to all who wait.
 */
final class Preloader implements SpawnedProcess.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(Preloader.class);

  /** How long a fork may take. It is a matter of milliseconds, for a process that lives. */
  private static final Duration FORK_TIMEOUT = Duration.ofSeconds(10);

  private final AppSpec app;
  private final Duration forkTimeout;
  private final int generation;
  private final HelperSpawner home;
  private final Consumer<Preloader> gone;
  private final SpawnedProcess child;
  private final ArrayDeque<HelperProcess> waiting = new ArrayDeque<>();
  private final Map<Integer, Fork> forks = new HashMap<>();
  private final Map<Integer, ForkedEnd> children = new HashMap<>();
  private boolean loaded;
  private boolean retired;
  private boolean ended;
  private int lastFork;
  private long pid;
  private EventLoop.@Nullable Timer idle;

  /** A fork that was asked for, with our ends of what the process will have. */
  private record Fork(HelperProcess process, Ends ends, EventLoop.Timer timeout) {
    void cancel() {
      timeout.cancel();
      ends.closeOurs();
    }
  }

  /**
   * A preloader that is not started.
   *
   * @param gone run when it will take nobody any more
   */
  Preloader(AppSpec app, int generation, HelperSpawner home, Consumer<Preloader> gone) {
    this.app = app;
    forkTimeout = Comparators.min(FORK_TIMEOUT, app.startTimeout());
    this.generation = generation;
    this.home = home;
    this.gone = gone;
    child = new SpawnedProcess(app, "preloader", home, this);
  }

  int generation() {
    return generation;
  }

  /** Its pid once it has loaded the application; 0 before. */
  long pid() {
    return loaded && !ended ? pid : 0;
  }

  boolean isLoaded() {
    return loaded;
  }

  /** Whether it can take somebody. */
  boolean isOpen() {
    return !retired && !ended && !child.isUnwanted();
  }

  void start(SpawnedProcess.Launch launch) {
    home.execute(() -> child.execute(launch));
  }

  /** Forks a process, as soon as the application is loaded. */
  void fork(HelperProcess process) {
    if (!process.awaitFork(this)) {
      return;
    }
    cancelIdle();
    if (loaded) {
      ask(process);
    } else {
      waiting.add(process);
    }
  }

  /** Takes a process back that it has not forked yet. */
  boolean withdraw(HelperProcess process) {
    boolean waited = waiting.remove(process);
    rest();
    return waited;
  }

  /** Ends when it has forked those who wait, and has told how those that it forked ended. */
  void retire() {
    retired = true;
    rest();
  }

  void stop(String why, boolean force) {
    child.stop(why, force);
  }

  private void ask(HelperProcess process) {
    Ends ends;
    try {
      ends = Ends.open();
    } catch (IOException e) {
      process.notForked(failed("it cannot be forked: " + e.getMessage()), false);
      return;
    }
    int number = ++lastFork;
    try {
      if (!(child.contact() instanceof Line line)) {
        throw new IOException("it has ended");
      }
      ends.giveTo(child.identity());
      line.sendFork(number, ends);
      forks.put(number, new Fork(process, ends, home.later(forkTimeout, this::hangs)));
    } catch (IOException e) {
      ends.closeOurs();
      String why = "cannot be asked to fork: " + e.getMessage();
      child.stop("it " + why, true); // so that it is not asked again
      process.notForked(failed("its preloader " + why), true);
    } finally {
      ends.closeTheirs();
    }
  }

  private void hangs() {
    LOG.warn("{} has not forked for {}: SIGTERM", child, Units.words(forkTimeout));
    child.stop("does not fork", true);
  }

  @Override
  public void started(long pid) {
    this.pid = pid;
  }

  @Override
  public void frame(char type, int number, byte[] payload) {
    switch (type) {
      case Line.LOADED -> loaded();
      case Line.FORK -> forked(number, SpawnedProcess.number(payload));
      case Line.FAILED -> notForked(number, SpawnedProcess.text(payload, 200));
      case Line.EXITED -> exited(number, SpawnedProcess.number(payload));
      default ->
          child.failed(
              "it is to be a preloader, but says '%s' and not '%s' when it is loaded"
                  .formatted(type, Line.LOADED),
              "set spawn = \"direct\"",
              List.of(),
              false);
    }
  }

  private void loaded() {
    if (child.ready()) {
      loaded = true;
      while (!waiting.isEmpty()) {
        ask(waiting.remove());
      }
      rest();
    }
  }

  private void forked(int number, int childPid) {
    Fork fork = forks.remove(number);
    if (fork != null) {
      fork.timeout().cancel();
      ForkedEnd end = new ForkedEnd(childPid, home);
      children.put(number, end);
      fork.process().born(fork.ends().birth(childPid, end));
      rest();
    }
  }

  private void notForked(int number, String why) {
    Fork fork = forks.remove(number);
    if (fork != null) {
      fork.cancel();
      fork.process().notForked(failed(why), false);
      rest();
    }
  }

  private void exited(int number, int status) {
    ForkedEnd end = children.remove(number);
    if (end != null) {
      end.status(status);
      rest();
    }
  }

  /** Retires, or begins to be idle, when nobody wants anything of it. */
  private void rest() {
    cancelIdle();
    if (!waiting.isEmpty() || !forks.isEmpty() || child.isUnwanted()) {
      return;
    }
    if (retired) {
      if (children.isEmpty()) { // of which nobody else could tell how they ended
        child.stop("its code is old", !loaded);
      }
    } else if (loaded && !home.preloaderIdleTime().isZero()) {
      Duration most = home.preloaderIdleTime();
      idle = home.later(most, () -> child.stop("idle for " + Units.words(most), false));
    }
  }

  private void cancelIdle() {
    if (idle != null) {
      idle.cancel();
      idle = null;
    }
  }

  @Override
  public void startFailed(SpawnReport report, boolean crashed) {
    end(report, crashed);
  }

  @Override
  public void unread(int session) {}

  @Override
  public void broken(String why) {
    if (!child.isUnwanted()) {
      child.stop("it " + why, true);
    }
  }

  @Override
  public void gone(String how) {
    end(failed("its preloader " + how), true);
    children.values().forEach(ForkedEnd::orphaned);
    children.clear();
    gone.accept(this);
  }

  /** Gives back those who wait. */
  private void end(SpawnReport report, boolean again) {
    ended = true;
    cancelIdle();
    List<HelperProcess> left = new ArrayList<>(waiting);
    waiting.clear();
    for (Fork fork : forks.values()) {
      fork.cancel();
      left.add(fork.process());
    }
    forks.clear();
    left.forEach(process -> process.notForked(report, again));
  }

  private SpawnReport failed(String summary) {
    return child
        .journey()
        .failed(
            app.name(),
            summary,
            "see what it printed, or set spawn = \"direct\"",
            child.lastLines());
  }
}
