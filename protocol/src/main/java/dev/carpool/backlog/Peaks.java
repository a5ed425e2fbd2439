package dev.carpool.backlog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The longest that each queue was while somebody watched. What was between two looks is not seen.
 *
 * <p>Used by one thread.
 */
public final class Peaks {

  private final Map<Long, Integer> peaks = new HashMap<>(); // by inode

  /** Takes what was seen now. Sockets that are not among it any more are forgotten. */
  public void see(List<AcceptQueue> all) {
    Map<Long, Integer> known = new HashMap<>(peaks);
    peaks.clear();
    for (AcceptQueue queue : all) {
      int before = known.getOrDefault(queue.inode(), 0);
      peaks.put(queue.inode(), Math.max(queue.waiting(), before));
    }
  }

  /** The longest that this queue was; what it is now if it was never seen. */
  public int of(AcceptQueue queue) {
    return peaks.getOrDefault(queue.inode(), queue.waiting());
  }
}
