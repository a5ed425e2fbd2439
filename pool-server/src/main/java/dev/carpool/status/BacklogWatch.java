package dev.carpool.status;

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

  private final BacklogLog memory = new BacklogLog(); // the thread's own
  private final Thread thread;
  private ImmutableList<WatchedListener> watched = ImmutableList.of(); // guarded by this
  private volatile ImmutableList<PoolStatus.Listener> listeners = ImmutableList.of();
  private volatile boolean closed;

  /** Looks at nothing yet. */
  public BacklogWatch() {
    thread = Thread.ofPlatform().name("backlog").daemon(true).start(this::run);
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
    try {
      ImmutableList<WatchedListener> wanted = awaitWork();
      try (AcceptQueues queues = AcceptQueues.open()) {
        AcceptQueues.Listing listing = queues.look();
        listing.unseen().forEach(why -> LOG.warn("not all accept queues are watched: {}", why));
        while (true) {
          listeners = memory.see(wanted, listing.queues());
          Thread.sleep(SAMPLE);
          wanted = awaitWork();
          listing = queues.look();
        }
      }
    } catch (IOException e) {
      listeners = ImmutableList.of();
      LOG.warn("accept queues are not watched: {}", e.getMessage());
    } catch (InterruptedException e) {
      if (!closed) {
        LOG.warn("accept queues are not watched any more: somebody interrupted it");
      }
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
