package dev.carpool.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPoolContract;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;

/**
 * The contract, kept by a pool server in a process of its own and two connections with it. The
 * server is one for all cases, has to be as it was after each, and has to end well after all.
 */
final class RemotePoolContractIT extends ApplicationPoolContract {

  private static final Path HELPERS = Path.of("..", "spawn-helpers").toAbsolutePath().normalize();
  private static final Path RUN = Path.of("target", "contract").toAbsolutePath();

  private static @Nullable PoolServerProcess server;

  /** What the server has open between two cases, once all that it opens for good is open. */
  private static long descriptors;

  @Override
  protected Clients open(PoolLimits limits, AppSpec configured) throws Exception {
    if (server == null) {
      server = start(configured);
    }
    RemotePool first = server.connect("first");
    first.setMax(limits.max());
    first.setMaxPerApp(limits.maxPerApp());
    first.setMaxIdleTime(limits.maxIdleTime());
    first.setQueueMax(limits.queueMax());
    assertThat(first.status().limits()).isEqualTo(limits);
    assertThat(first.count()).isZero();
    return new Clients(first, server.connect("second"), RemotePoolContractIT::serverIsAsBefore);
  }

  private static void serverIsAsBefore() throws PoolException, IOException {
    PoolServerProcess running = requireNonNull(server);
    try (RemotePool last = running.connect("last")) {
      last.clear();
      await("no session and no process is left")
          .atMost(Duration.ofSeconds(15))
          .until(() -> last.count() == 0);
    }
    if (descriptors == 0) {
      await().pollDelay(Duration.ofMillis(500)).until(() -> true);
      descriptors = descriptorsOf(running.pid());
    }
    await("descriptors of the server")
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(descriptorsOf(running.pid())).isEqualTo(descriptors));
  }

  private static long descriptorsOf(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.count();
    }
  }

  @AfterAll
  static void theServerEndsWell() {
    if (server != null) {
      assertThat(server.shutDown()).as("exit status of the server").isZero();
      server = null;
      descriptors = 0;
    }
  }

  private static PoolServerProcess start(AppSpec configured) throws IOException {
    Path directory = Files.createTempDirectory(Files.createDirectories(RUN), "server-");
    return PoolServerProcess.command(
            System.getProperty("java.home") + "/bin/java",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-Dcarpool.helpers=" + HELPERS,
            "-cp",
            System.getProperty("java.class.path"),
            "dev.carpool.server.Main")
        .options(
            "--runtime-dir",
            directory.resolve("run").toString(),
            "-c",
            configuration(directory, configured).toString())
        .logTo(Redirect.to(directory.resolve("server.log").toFile()))
        .start();
  }

  private static Path configuration(Path directory, AppSpec app) throws IOException {
    String python =
        app.command().stream().map("python = \"%s\""::formatted).collect(Collectors.joining());
    String env =
        app.env().entrySet().stream()
            .map(each -> each.getKey() + " = \"" + each.getValue() + "\"")
            .collect(Collectors.joining(", "));
    return Files.writeString(
        directory.resolve("carpool.toml"),
        """
        [app.%s]
        root = "%s"
        env = { %s }
        %s
        """
            .formatted(app.name(), app.root(), env, python));
  }
}
