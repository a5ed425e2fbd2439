package dev.carpool.descriptor;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What this process has open, to be compared before and after: sockets, pipes and other anonymous
 * things, since the JVM opens files whenever it likes.
 */
public final class Census {

  private final Map<String, Long> kinds;

  private Census(Map<String, Long> kinds) {
    this.kinds = kinds;
  }

  public static Census take() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return new Census(
          open.map(Census::kind)
              .filter(kind -> !kind.startsWith("/"))
              .collect(groupingBy(kind -> kind, TreeMap::new, counting())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails unless exactly as much is open as before; gives what is being closed 2 seconds. */
  public static void assertSameAs(Census before) {
    long deadline = System.nanoTime() + 2_000_000_000L;
    Census now = take();
    while (!now.kinds.equals(before.kinds) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      now = take();
    }
    assertThat(now.kinds).as("open descriptors by kind").isEqualTo(before.kinds);
  }

  /** {@code socket}, {@code pipe}, {@code anon_inode:[eventpoll]}, or a path. */
  private static String kind(Path link) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      int inode = target.indexOf(":[");
      return inode > 0 && !target.startsWith("anon") ? target.substring(0, inode) : target;
    } catch (IOException e) {
      return "/gone";
    }
  }
}
