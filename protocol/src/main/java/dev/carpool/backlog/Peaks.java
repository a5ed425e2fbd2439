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

  private final Map<Socket, Integer> peaks = new HashMap<>();

  /** An inode's number may come again, but hardly at the same address. */
  private record Socket(ListenerAddress address, long inode) {
    static Socket of(AcceptQueue queue) {
      return new Socket(queue.address(), queue.inode());
    }
  }

  /** Takes what was seen now. Sockets that are not among it any more are forgotten. */
  public void see(List<AcceptQueue> all) {
    Map<Socket, Integer> before = new HashMap<>(peaks);
    peaks.clear();
    for (AcceptQueue queue : all) {
      Socket socket = Socket.of(queue);
      peaks.put(socket, Math.max(queue.waiting(), before.getOrDefault(socket, 0)));
    }
  }

  /** The longest that this queue was; what it is now if it was never seen. */
  public int of(AcceptQueue queue) {
    return peaks.getOrDefault(Socket.of(queue), queue.waiting());
  }
}
