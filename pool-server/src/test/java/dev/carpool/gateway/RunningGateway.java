package dev.carpool.gateway;

import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A gateway on a free port before a scripted pool, and a census of descriptors when it is closed.
 */
final class RunningGateway implements AutoCloseable {

  final ScriptedPool pool = new ScriptedPool();
  final Path bodies;
  final Gateway gateway;
  private final long descriptorsBefore;

  RunningGateway(Path directory) throws IOException {
    this(directory, settings -> settings);
  }

  RunningGateway(Path directory, UnaryOperator<GatewaySettings> change) throws IOException {
    warmUp(directory.resolve("warm"));
    descriptorsBefore = descriptors();
    bodies = directory.resolve("run");
    gateway =
        new Gateway(
            change.apply(
                GatewaySettings.of(
                    new InetSocketAddress("127.0.0.1", 0),
                    AppSpec.named("guestbook", directory),
                    Duration.ofSeconds(10),
                    bodies)),
            pool);
    gateway.start();
  }

  /** Opens what the JVM opens once and keeps: its jars, the random device. */
  private static void warmUp(Path directory) throws IOException {
    if (warm) {
      return;
    }
    warm = true;
    RunningGateway first = new RunningGateway(directory);
    try (RawClient client = first.client()) {
      first.pool.next(process -> process.answer("Status: 200 OK\r\n\r\nwarm"));
      client.get("/").answer();
    }
    first.gateway.close();
  }

  private static boolean warm;

  RawClient client() throws IOException {
    return new RawClient(gateway.address());
  }

  static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  long bodyFiles() throws IOException {
    try (Stream<Path> files = Files.list(bodies)) {
      return files.count();
    }
  }

  @Override
  public void close() throws IOException {
    gateway.close(Duration.ofSeconds(2));
    try {
      pool.awaitProcesses();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    await("no descriptor is left")
        .atMost(Duration.ofSeconds(5))
        .until(() -> descriptors() <= descriptorsBefore);
    if (bodyFiles() != 0) {
      throw new AssertionError("a body's file is left in " + bodies);
    }
  }
}
