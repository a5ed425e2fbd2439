package dev.carpool.status;

import com.google.common.collect.ImmutableList;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.ListenerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listener whose accept queue is looked at.
 *
 * @param app whom it serves; empty if it is not the server's own
 * @param inode of its socket; 0 if it goes by its name
 * @param name null if it goes by its inode
 */
public record WatchedListener(String app, long inode, @Nullable ListenerName name) {

  /** A socket of the server's own. */
  public static WatchedListener own(String app, long inode) {
    return new WatchedListener(app, inode, null);
  }

  /** One of the server's own of which only the place is known. */
  public static WatchedListener own(String app, ListenerName name) {
    return new WatchedListener(app, 0, name);
  }

  /** Somebody else's. */
  public static WatchedListener foreign(ListenerName name) {
    return new WatchedListener("", 0, name);
  }

  ImmutableList<AcceptQueue> among(List<AcceptQueue> queues) {
    return name != null
        ? name.among(queues)
        : queues.stream()
            .filter(queue -> queue.inode() == inode)
            .collect(ImmutableList.toImmutableList());
  }
}
