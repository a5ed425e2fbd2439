package dev.carpool.server;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the kernel says of another process. */
final class ProcessFacts {

  private ProcessFacts() {}

  /**
   * How many descriptors of each kind it has open; files are left out, for a JVM opens them late.
   */
  static Map<String, Long> descriptors(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.map(ProcessFacts::kind)
          .filter(kind -> !kind.startsWith("/"))
          .collect(groupingBy(kind -> kind, TreeMap::new, counting()));
    }
  }

  static long openFiles(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.count();
    }
  }

  private static String kind(Path link) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.replaceFirst("^(socket|pipe):.*", "$1");
    } catch (IOException e) {
      return "/gone";
    }
  }

  static void signal(long pid, String name) throws IOException, InterruptedException {
    run("kill", "-" + name, "" + pid);
  }

  /** Runs a command that must succeed. */
  static void run(String... command) throws IOException, InterruptedException {
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + status);
    }
  }
}
