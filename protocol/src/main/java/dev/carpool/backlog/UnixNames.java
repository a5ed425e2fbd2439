package dev.carpool.backlog;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.Printable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names under which Unix sockets are found now. The kernel knows the one that a socket was
 * bound to; servers that replace their socket without a gap, as Carpool does, rename it afterwards.
 *
 * <p>Used by one thread at a time.
 */
final class UnixNames {

  /** Finding a name may mean reading a folder, so it is kept for a while. */
  private static final Duration FRESH = Duration.ofSeconds(30);

  /** How much of a folder is read. */
  private static final int MOST_FILES = 2000;

  private final Map<Long, String> known = new HashMap<>();
  private long staleAt = System.nanoTime();

  /** The same sockets by the names of today; by the old one where none is found. */
  ImmutableList<AcceptQueue> today(List<AcceptQueue> queues) {
    if (System.nanoTime() - staleAt >= 0) {
      staleAt = System.nanoTime() + FRESH.toNanos();
      known.clear();
    }
    return queues.stream().map(this::today).collect(ImmutableList.toImmutableList());
  }

  private AcceptQueue today(AcceptQueue queue) {
    if (!(queue.address() instanceof ListenerAddress.Unix(String bound, long file)) || file == 0) {
      return queue;
    }
    String name = known.computeIfAbsent(queue.inode(), _ -> find(bound, file));
    return name.equals(bound) ? queue : queue.at(new ListenerAddress.Unix(name, file));
  }

  private static String find(String bound, long file) {
    try {
      Path path = Path.of(bound);
      if (path.isAbsolute() && SocketFileId.of(path) != file) {
        Path found = among(path.getParent(), file);
        return found == null ? bound : Printable.text(found.toString());
      }
    } catch (InvalidPathException e) {
      // A name that this JVM cannot write.
    }
    return bound;
  }

  private static @Nullable Path among(@Nullable Path folder, long file) {
    if (folder == null) {
      return null;
    }
    int read = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path each : entries) {
        if (SocketFileId.of(each) == file) {
          return each;
        }
        if (++read == MOST_FILES) {
          return null;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return null; // not for this user's eyes, or another mount namespace's
    }
    return null;
  }
}
