package dev.carpool.status;

import static dev.carpool.api.Units.words;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.PoolStatus;
import dev.carpool.backlog.AcceptQueues;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at accept queues ten times a second, as long as there are any to look at: a queue that is
 * full for a moment shows in its peak. One look asks for all listeners of the machine, which costs
 * less than asking for each.
 *
 * <p>Safe in any thread; its own does the looking.
 */
public final class BacklogWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BacklogWatch.class);

  private static final Duration SAMPLE = Duration.ofMillis(100);

  /** From one attempt to look to the next, after one that failed. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final Kernel kernel;
  private final Duration pause;
  private final BacklogLog memory = new BacklogLog(); // the thread's own
  private final Thread thread;
  private ImmutableList<WatchedListener> watched = ImmutableList.of(); // guarded by this
  private volatile ImmutableList<PoolStatus.Listener> listeners = ImmutableList.of();
  private volatile boolean closed;

  /** Where the accept queues are known; a test has one that fails. */
  @FunctionalInterface
  interface Kernel {
    Look open() throws IOException;
  }

  /** A way to look, held open. */
  interface Look extends AutoCloseable {
    AcceptQueues.Listing look() throws IOException;

    @Override
    void close();
  }

  /** Looks at nothing yet. */
  public BacklogWatch() {
    this(BacklogWatch::netlink, PAUSE);
  }

  BacklogWatch(Kernel kernel, Duration pause) {
    this.kernel = kernel;
    this.pause = pause;
    thread = Thread.ofPlatform().name("backlog").daemon(true).start(this::run);
  }

  private static Look netlink() throws IOException {
    AcceptQueues queues = AcceptQueues.open();
    return new Look() {
      @Override
      public AcceptQueues.Listing look() throws IOException {
        return queues.look();
      }

      @Override
      public void close() {
        queues.close();
      }
    };
  }

  /** Looks at these from now on. What is remembered of those that stay is kept. */
  public synchronized void watch(List<WatchedListener> wanted) {
    watched = ImmutableList.copyOf(wanted);
    notifyAll();
  }

  /** What was seen last, and the peaks since the server started. */
  public ImmutableList<PoolStatus.Listener> listeners() {
    return listeners;
  }

  private void run() {
    String said = "";
    try {
      while (true) {
        awaitWork();
        String why = lookUntilItFails();
        listeners = ImmutableList.of(); // better none than those of long ago
        if (!why.equals(said)) {
          LOG.warn("accept queues are not watched: {}; tried again each {}", why, words(pause));
          said = why;
        }
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      if (!closed) {
        LOG.warn("accept queues are not watched any more: somebody interrupted it");
      }
    }
  }

  /** Looks for as long as that is possible; returns why it is not. */
  private String lookUntilItFails() throws InterruptedException {
    try (Look look = kernel.open()) {
      AcceptQueues.Listing listing = look.look();
      listing.unseen().forEach(why -> LOG.warn("not all accept queues are watched: {}", why));
      while (true) {
        listeners = memory.see(awaitWork(), listing.queues());
        Thread.sleep(SAMPLE);
        awaitWork();
        listing = look.look();
      }
    } catch (IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private synchronized ImmutableList<WatchedListener> awaitWork() throws InterruptedException {
    while (watched.isEmpty()) {
      listeners = ImmutableList.of();
      wait();
    }
    return watched;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "the watch over accept queues";
  }
}
