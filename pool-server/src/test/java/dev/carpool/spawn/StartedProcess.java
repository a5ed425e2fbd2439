package dev.carpool.spawn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A process as a server starts it, and what the kernel says of it. */
final class StartedProcess implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final Process process;
  private final Ends ends;
  private final Path proc;

  private StartedProcess(Process process, Ends ends) {
    this.process = process;
    this.ends = ends;
    proc = Path.of("/proc/" + process.pid());
  }

  /**
   * Starts a process of an application, and waits until its own program runs.
   *
   * @param server the server's environment
   */
  static StartedProcess of(AppSpec app, Path helpers, Map<String, String> server)
      throws StartProblem, IOException {
    LaunchPlan plan = LaunchPlan.of(app, helpers, server);
    Ends ends = Ends.open();
    StartedProcess started = new StartedProcess(Execution.start(plan, ends), ends);
    ends.closeTheirs();
    List<String> words = plan.command();
    try {
      await("it is executed: " + words)
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> !started.process.isAlive() || started.commandLine().equals(words));
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private List<String> commandLine() {
    try {
      return List.of(Files.readString(proc.resolve("cmdline")).split("\0"));
    } catch (IOException e) {
      return List.of(); // it has just ended
    }
  }

  /** A line of its status: {@code "Uid"}. */
  List<String> status(String name) throws IOException {
    try (Stream<String> lines = Files.lines(proc.resolve("status"))) {
      return lines
          .filter(line -> line.startsWith(name + ":"))
          .flatMap(line -> Arrays.stream(line.substring(name.length() + 1).strip().split("\\s+")))
          .toList();
    }
  }

  /** Soft and hard. */
  List<String> maxOpenFiles() throws IOException {
    try (Stream<String> lines = Files.lines(proc.resolve("limits"))) {
      return lines
          .filter(line -> line.startsWith("Max open files"))
          .flatMap(line -> Arrays.stream(line.split("\\s+")).skip(3).limit(2))
          .toList();
    }
  }

  List<String> descriptors() throws IOException {
    try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
      return open.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  Path directory() throws IOException {
    return Files.readSymbolicLink(proc.resolve("cwd"));
  }

  Map<String, String> environment() throws IOException {
    String text = new String(Files.readAllBytes(proc.resolve("environ")), UTF_8);
    return Stream.of(text.split("\0"))
        .collect(toMap(line -> line.split("=")[0], line -> line.substring(line.indexOf('=') + 1)));
  }

  boolean runs() {
    return process.isAlive();
  }

  /** What it has printed, once it has ended. */
  String output() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(4096);
      int n;
      while ((n = ends.output().readEnd().read(bytes)) > 0) {
        text.append(UTF_8.decode(bytes.asSlice(0, n).asByteBuffer()));
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    ends.closeOurs();
  }
}
