package dev.carpool.client;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What another process has, to be compared before and after.
 *
 * @param descriptors by kind, without plain files, since a JVM opens those whenever it likes
 * @param threads by name without its number, and without those that the JVM keeps for a minute in
 *     case it needs them again
 * @param children how many child processes
 */
record ServerCensus(Map<String, Long> descriptors, Map<String, Long> threads, int children) {

  private static final List<String> THE_JVMS_OWN =
      List.of("C1 Compiler", "C2 Compiler", "ForkJoinPool", "process reaper");

  static ServerCensus of(long pid) {
    return new ServerCensus(descriptors(pid), threads(pid), children(pid).size());
  }

  private static Map<String, Long> descriptors(long pid) {
    return read(pid, "fd", ServerCensus::kind).stream()
        .filter(kind -> !kind.startsWith("/"))
        .collect(groupingBy(kind -> kind, TreeMap::new, counting()));
  }

  /** The numbers of a process's sockets, but for standard input, output and error. */
  static List<Integer> sockets(long pid) {
    return read(pid, "fd", link -> kind(link) + " " + link.getFileName()).stream()
        .filter(entry -> entry.startsWith("socket "))
        .map(entry -> Integer.valueOf(entry.substring(7)))
        .filter(number -> number > 2)
        .sorted()
        .toList();
  }

  /** {@code socket}, {@code pipe}, {@code anon_inode:[eventpoll]}, or a path. */
  private static String kind(Path link) throws IOException {
    String target = Files.readSymbolicLink(link).toString();
    int inode = target.indexOf(":[");
    return inode > 0 && !target.startsWith("anon") ? target.substring(0, inode) : target;
  }

  private static Map<String, Long> threads(long pid) {
    return read(pid, "task", thread -> Files.readString(thread.resolve("comm")).strip()).stream()
        .filter(name -> THE_JVMS_OWN.stream().noneMatch(name::startsWith))
        .collect(groupingBy(name -> name.replaceAll("-\\d+$", ""), TreeMap::new, counting()));
  }

  /** The pids of a process's children. */
  static List<Long> children(long pid) {
    return read(pid, "task", thread -> Files.readString(thread.resolve("children"))).stream()
        .flatMap(line -> Stream.of(line.split(" ")))
        .filter(word -> !word.isBlank())
        .map(Long::valueOf)
        .toList();
  }

  /** The pids of a process's children, and of theirs. */
  static List<Long> descendants(long pid) {
    return children(pid).stream()
        .flatMap(child -> Stream.concat(Stream.of(child), descendants(child).stream()))
        .toList();
  }

  /** Whether a process lives; one that nobody has waited for yet does not. */
  static boolean isAlive(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /** Reads something of each entry of a directory, but for those that go in this instant. */
  private static List<String> read(long pid, String directory, Reading reading) {
    List<String> texts = new ArrayList<>();
    try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid, directory))) {
      for (Path entry : entries.toList()) {
        try {
          texts.add(reading.of(entry));
        } catch (IOException e) {
          // Gone.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  @FunctionalInterface
  private interface Reading {
    String of(Path entry) throws IOException;
  }

  @Override
  public String toString() {
    return "%d descriptors %s, %d threads %s, %d children"
        .formatted(total(descriptors), descriptors, total(threads), threads, children);
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
