package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A server program that stays in the foreground, in a folder of its own. */
final class ForegroundServer implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Process process;
  private final Path errors;

  private ForegroundServer(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /** Skips the test, aloud, when a program is missing; on a build server that is a failure. */
  static void assumeInstalled(String debianPackage, String program) {
    if (Files.isExecutable(Path.of(program))) {
      return;
    }
    String missing = "Skipped: there is no " + program + "; apt-get install " + debianPackage;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(missing);
    }
    System.out.println(missing);
    Assumptions.abort(missing);
  }

  /** A port that nobody has at the moment. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * Starts it and waits until it answers.
   *
   * @param errors its error log, to which its output goes, too
   */
  static ForegroundServer start(Path errors, int port, String... command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .start();
    ForegroundServer server = new ForegroundServer(process, errors);
    try {
      await(command[0] + " answers")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> !process.isAlive() || answers(port));
      assertThat(process.isAlive()).as("it runs; it says:\n" + server.errors()).isTrue();
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    ProcessFacts.signal(process.pid(), name);
  }

  List<Long> pids() {
    List<Long> pids = new ArrayList<>(List.of(process.pid()));
    process.descendants().map(ProcessHandle::pid).forEach(pids::add);
    return pids;
  }

  String errors() throws IOException {
    return Files.readString(errors);
  }

  @Override
  public void close() {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    process.destroy();
    try {
      await("its processes end")
          .atMost(PATIENCE)
          .until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    } finally {
      all.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
