package dev.carpool.live;

import static java.util.Objects.requireNonNull;

import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.spawn.SpawnListener;
import dev.carpool.spawn.Spawner;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Processes that do what the test says, and nothing by themselves. */
final class ScriptedSpawner implements Spawner {

  private static final int SECONDS = 5;

  private final SpawnListener listener;
  private final BlockingQueue<Attempt> attempts = new LinkedBlockingQueue<>();
  private final Map<Long, Attempt> living = new ConcurrentHashMap<>();
  volatile Runnable onStart = () -> {};
  volatile boolean closed;

  ScriptedSpawner(SpawnListener listener) {
    this.listener = listener;
  }

  /** The next process that the pool wants, in the order of its wishes. */
  Attempt nextAttempt() throws InterruptedException {
    return requireNonNull(attempts.poll(SECONDS, TimeUnit.SECONDS), "nobody wants a process");
  }

  void allDie() {
    List.copyOf(living.values()).forEach(Attempt::dies);
  }

  boolean isAskedForMore() {
    return !attempts.isEmpty();
  }

  @Override
  public void start(long process, AppSpec app, int generation) {
    Attempt attempt = new Attempt(process, app);
    living.put(process, attempt);
    attempts.add(attempt);
    onStart.run();
  }

  @Override
  public void serve(long process, long session, Descriptor connection) throws IOException {
    Attempt attempt = living.get(process);
    if (attempt == null || attempt.broken) {
      throw new IOException("it is gone");
    }
    attempt.connections.add(new Served(attempt, (int) session, copy(connection)));
  }

  /** A copy like the one that a process gets: by descriptor passing. */
  private static Descriptor copy(Descriptor connection) throws IOException {
    try (SocketPair line = SocketPair.open();
        Arena arena = Arena.ofConfined()) {
      int _ = line.ours().send(arena.allocate(1), connection);
      return requireNonNull(line.theirs().receive(arena.allocate(1)).descriptor());
    }
  }

  @Override
  public void stop(long process, String why, boolean force) {
    Attempt attempt = living.get(process);
    if (attempt != null) {
      attempt.stopWishes.add(force ? why + " by force" : why);
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  /** One process, from the wish for it to its end. */
  final class Attempt {
    final long process;
    final AppSpec app;
    final List<String> stopWishes = new ArrayList<>();
    private final BlockingQueue<Served> connections = new LinkedBlockingQueue<>();
    private volatile boolean broken;

    Attempt(long process, AppSpec app) {
      this.process = process;
      this.app = app;
    }

    long pid() {
      return 1000 + process;
    }

    Attempt succeeds() {
      return succeeds(1);
    }

    Attempt succeeds(int concurrency) {
      listener.started(process, pid());
      listener.ready(process, pid(), concurrency);
      return this;
    }

    /** Says that the start failed; {@link #dies} is to follow. */
    Attempt fails(String summary) {
      listener.startFailed(
          process,
          new SpawnReport(
              "r" + process,
              app.name(),
              Instant.EPOCH,
              summary,
              "",
              List.of(),
              List.of(),
              List.of()));
      return this;
    }

    /** Takes no connection from now on, as if its line were closed. */
    Attempt takesNoConnection() {
      broken = true;
      return this;
    }

    /** Ends, and all its connections with it. */
    void dies() {
      living.remove(process);
      for (Served left = connections.poll(); left != null; left = connections.poll()) {
        left.connection.close();
      }
      listener.gone(process, "was ended by the test");
    }

    Served nextConnection() throws InterruptedException {
      return requireNonNull(connections.poll(SECONDS, TimeUnit.SECONDS), "no connection came");
    }

    /** A connection that has come already; null if there is none. */
    @Nullable Served connection() {
      return connections.poll();
    }

    /** Claims to be done with a session, whosever it is. */
    void claimsDone(long session) {
      listener.done(process, (int) session, true);
    }
  }

  /** A connection that a process was given. */
  final class Served {
    final int session;
    private final Attempt by;
    private final Descriptor connection;

    Served(Attempt by, int session, Descriptor connection) {
      this.by = by;
      this.session = session;
      this.connection = connection;
    }

    void done() {
      done(true);
    }

    void done(boolean complete) {
      listener.done(by.process, session, complete);
      connection.close();
    }

    /** The process's end of it is lost with the process. */
    void lost() {
      connection.close();
    }
  }
}
