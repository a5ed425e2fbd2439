package dev.carpool.backlog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * How often TCP turned a connection away because a queue was full, at all listening sockets of this
 * network namespace together since it exists. Of Unix sockets the kernel does not count it.
 *
 * @param overflows ListenOverflows: the accept queue was full
 * @param drops ListenDrops: those, and connections dropped for other reasons
 */
public record OverflowCounters(long overflows, long drops) {

  private static final Path FILE = Path.of("/proc/net/netstat");

  /** Reads the kernel's counters. */
  public static OverflowCounters read() throws IOException {
    return of(Files.readAllLines(FILE));
  }

  /** A line of names and a line of numbers, each after its protocol's name. */
  static OverflowCounters of(List<String> lines) throws IOException {
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      if (lines.get(i).startsWith("TcpExt:") && lines.get(i + 1).startsWith("TcpExt:")) {
        List<String> names = Arrays.asList(lines.get(i).split(" "));
        List<String> numbers = Arrays.asList(lines.get(i + 1).split(" "));
        return new OverflowCounters(
            number(names, numbers, "ListenOverflows"), number(names, numbers, "ListenDrops"));
      }
    }
    throw new IOException(FILE + " has no line TcpExt");
  }

  private static long number(List<String> names, List<String> numbers, String name)
      throws IOException {
    int at = names.indexOf(name);
    if (at < 0 || at >= numbers.size()) {
      throw new IOException(FILE + " does not have " + name);
    }
    try {
      return Long.parseLong(numbers.get(at));
    } catch (NumberFormatException e) {
      throw new IOException(FILE + " has no number for " + name, e);
    }
  }
}
