package dev.carpool.client;

import dev.carpool.api.PoolException;
import dev.carpool.channel.ChildStandardStream;
import dev.carpool.descriptor.SocketPair;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool server that was started here, as a child that lives as long as somebody holds the clients'
 * end of its server socket.
 *
 * <p>All methods may be called from any thread.
 */
public final class PoolServerProcess implements AutoCloseable {

  private static final int LAST_LINES = 20;
  private static final Duration TO_TERMINATE = Duration.ofSeconds(5);

  private final Process process;
  private final SharedServerSocket socket;
  private final Duration toShutDown;
  private final Deque<String> lastLines = new ArrayDeque<>(); // guarded by itself
  private final CountDownLatch logRead = new CountDownLatch(1);

  private PoolServerProcess(Process process, SharedServerSocket socket, Duration toShutDown) {
    this.process = process;
    this.socket = socket;
    this.toShutDown = toShutDown;
  }

  /**
   * Prepares to start a server.
   *
   * @param command the words that start Carpool's command: {@code "/usr/bin/carpool"}, or {@code
   *     "java", "-cp", ..., main class}; {@code server --server-socket-fd 0} is added
   */
  public static Builder command(String... command) {
    return new Builder(List.of(command));
  }

  /** How a server is to be started. For one thread. */
  public static final class Builder {
    private final List<String> command;
    private final List<String> options = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private Consumer<String> log = line -> {};
    private @Nullable Redirect redirect;
    private Duration toShutDown = Duration.ofSeconds(20);

    private Builder(List<String> command) {
      this.command = command;
    }

    /** Adds options of {@code carpool server}. */
    public Builder options(String... words) {
      options.addAll(List.of(words));
      return this;
    }

    /** Adds a variable to the environment, which otherwise is this process's own. */
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** Gives each line that the server prints to a consumer, on a thread of its own. */
    public Builder logTo(Consumer<String> log) {
      this.log = log;
      return this;
    }

    /** Sends what the server prints elsewhere, so that errors of this class cannot quote it. */
    public Builder logTo(Redirect redirect) {
      this.redirect = redirect;
      return this;
    }

    /** How long {@link PoolServerProcess#shutDown} lets the server end by itself; 20 s at first. */
    public Builder shutDownWithin(Duration time) {
      this.toShutDown = time;
      return this;
    }

    /**
     * Starts the server. It may still be on its way when this returns; the first {@link
     * PoolServerProcess#connect} waits for it.
     *
     * @throws IOException if the command cannot be executed
     */
    public PoolServerProcess start() throws IOException {
      List<String> words = new ArrayList<>(command);
      words.addAll(List.of("server", "--server-socket-fd", "0"));
      words.addAll(options);
      ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
      builder.environment().putAll(environment);
      if (redirect != null) {
        builder.redirectOutput(redirect);
      }
      SocketPair pair = SocketPair.open();
      try {
        builder.redirectInput(ChildStandardStream.of(pair.theirs()));
        Process process = builder.start();
        PoolServerProcess server =
            new PoolServerProcess(process, SharedServerSocket.over(pair.ours()), toShutDown);
        Thread.ofPlatform()
            .name("log of pool server " + process.pid())
            .daemon(true)
            .start(() -> server.readLog(log));
        return server;
      } catch (IOException e) {
        pair.ours().close();
        throw e;
      } finally {
        pair.theirs().close(); // the child has its own, whose end is to be the end
      }
    }
  }

  private void readLog(Consumer<String> log) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (lastLines) {
          if (lastLines.size() == LAST_LINES) {
            lastLines.removeFirst();
          }
          lastLines.addLast(line);
        }
        log.accept(line);
      }
    } catch (IOException e) {
      // The process is gone, and its pipe with it.
    } finally {
      logRead.countDown();
    }
  }

  /** The server's process. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The clients' end of the server socket, which stays this object's. */
  public SharedServerSocket socket() {
    return socket;
  }

  /**
   * Connects to the server, within 10 seconds, in which it also may start.
   *
   * @param name for the server's log
   * @return a pool that the caller closes
   * @throws PoolException.Unavailable if it does not answer, or has ended: with its exit status and
   *     the last lines that it printed
   */
  public RemotePool connect(String name) throws PoolException {
    return connect(name, SharedServerSocket.CONNECT_WITHIN);
  }

  /** Like {@link #connect(String)}, within a time. */
  public RemotePool connect(String name, Duration within) throws PoolException {
    try {
      return socket.connect(name, within);
    } catch (PoolException.Unavailable e) {
      PoolException.Unavailable known = new PoolException.Unavailable(explain(e));
      known.initCause(e);
      throw known;
    }
  }

  private String explain(PoolException.Unavailable e) {
    boolean socketEnded = socket.descriptor().isOpen() && hasEnded(Duration.ofSeconds(1));
    StringBuilder text = new StringBuilder();
    if (socketEnded) {
      awaitLastWords();
      text.append(
          "The pool server (process %d) has ended with status %d."
              .formatted(pid(), process.exitValue()));
    } else {
      text.append(e.getMessage()).append(" It is process ").append(pid()).append('.');
    }
    List<String> said = lastLines();
    if (!said.isEmpty()) {
      text.append(" Its last words:\n  | ").append(String.join("\n  | ", said));
    }
    return text.toString();
  }

  /** What a process has printed may be read a moment after its end. */
  private void awaitLastWords() {
    try {
      boolean _ = logRead.await(1, TimeUnit.SECONDS); // unless a child of it holds the pipe
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The last lines that the server printed, 20 at most; none if its output was sent elsewhere. */
  public List<String> lastLines() {
    synchronized (lastLines) {
      return List.copyOf(lastLines);
    }
  }

  /**
   * Closes this end of the server socket, and waits until the server has ended, which it does when
   * no other process holds that end. One that takes too long is told to terminate, and killed 5
   * seconds after that.
   *
   * @return its exit status: 0 for an orderly end, 128 and the number of the signal otherwise
   */
  public int shutDown() {
    socket.close();
    if (!hasEnded(toShutDown)) {
      process.destroy();
      if (!hasEnded(TO_TERMINATE)) {
        process.destroyForcibly();
        boolean _ = hasEnded(Duration.ofDays(1)); // a killed process ends
      }
    }
    return process.exitValue();
  }

  private boolean hasEnded(Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true; // what was begun is finished first
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Like {@link #shutDown()}. */
  @Override
  public void close() {
    int _ = shutDown();
  }
}
