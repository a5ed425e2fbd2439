package dev.carpool.status;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.PoolStatus;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.ListenerName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is remembered of accept queues, and said in the log: one warning when a queue is full, and
 * the next only after it was less than half full; one line when a listener that was named is not
 * there, and one when it is back.
 *
 * <p>Used by one thread.
 */
final class BacklogLog {

  private static final Logger LOG = LoggerFactory.getLogger(BacklogLog.class);

  private static final int HALF = 50;

  private final Map<Long, Seen> seen = new HashMap<>(); // by inode
  private final Set<ListenerName> gone = new HashSet<>();

  /** What is remembered of a socket. */
  private static final class Seen {
    int peak;
    boolean said;
  }

  /**
   * Takes what is there now. What is not watched any more is forgotten.
   *
   * @param watched a socket that is meant twice belongs to the first
   * @return the same, with what is remembered
   */
  ImmutableList<PoolStatus.Listener> see(List<WatchedListener> watched, List<AcceptQueue> queues) {
    Map<Long, PoolStatus.Listener> listeners = new LinkedHashMap<>();
    for (WatchedListener each : watched) {
      ImmutableList<AcceptQueue> meant = each.among(queues);
      for (AcceptQueue queue : meant) {
        if (!listeners.containsKey(queue.inode())) {
          listeners.put(queue.inode(), see(each.app(), queue));
        }
      }
      if (each.name() != null && each.app().isEmpty()) {
        there(each.name(), !meant.isEmpty());
      }
    }
    seen.keySet().retainAll(listeners.keySet());
    return ImmutableList.copyOf(listeners.values());
  }

  private PoolStatus.Listener see(String app, AcceptQueue queue) {
    Seen before = seen.computeIfAbsent(queue.inode(), _ -> new Seen());
    before.peak = Math.max(before.peak, queue.waiting());
    if (!queue.full()) {
      before.said &= queue.percent() >= HALF;
    } else if (!before.said) {
      before.said = true;
      LOG.warn(
          "the accept queue of {}{} is full: {} waiting, limit {}; who connects now waits outside"
              + " or is turned away",
          queue.address(),
          app.isEmpty() ? "" : " (" + app + ")",
          queue.waiting(),
          queue.limit());
    }
    return new PoolStatus.Listener(
        queue.address().toString(),
        app,
        queue.waiting(),
        queue.limit(),
        before.peak,
        queue.drops());
  }

  private void there(ListenerName name, boolean there) {
    if (there) {
      if (gone.remove(name)) {
        LOG.info("somebody listens on {} again", name);
      }
    } else if (gone.add(name)) {
      LOG.warn("nobody listens on {}, which [backlog] watch names", name);
    }
  }
}
