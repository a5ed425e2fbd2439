package dev.carpool.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPoolContract;
import dev.carpool.api.PoolLimits;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The contract, kept by a pool server in a process of its own and two connections with it. */
final class RemotePoolContractIT extends ApplicationPoolContract {

  private static final Path HELPERS = Path.of("..", "spawn-helpers").toAbsolutePath().normalize();
  private static final Path RUN = Path.of("target", "contract").toAbsolutePath();

  @Override
  protected Clients open(PoolLimits limits, AppSpec configured) throws Exception {
    Path directory = Files.createTempDirectory(Files.createDirectories(RUN), "server-");
    PoolServerProcess server =
        PoolServerProcess.command(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dcarpool.helpers=" + HELPERS,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.carpool.server.Main")
            .options(
                "--runtime-dir",
                directory.resolve("run").toString(),
                "-c",
                configuration(directory, limits, configured).toString())
            .logTo(Redirect.to(directory.resolve("server.log").toFile()))
            .start();
    return new Clients(
        server.connect("first"),
        server.connect("second"),
        () -> assertThat(server.shutDown()).as("exit status of the server").isZero());
  }

  private static Path configuration(Path directory, PoolLimits limits, AppSpec app)
      throws IOException {
    String command =
        app.command().stream().map(word -> "\"" + word + "\"").collect(Collectors.joining());
    return Files.writeString(
        directory.resolve("carpool.toml"),
        """
        [pool]
        max = %d
        max_per_app = %d
        max_idle_time = "%ds"
        max_spawning = %d
        queue_max = %d

        [app.%s]
        root = "%s"
        %s
        """
            .formatted(
                limits.max(),
                limits.maxPerApp(),
                limits.maxIdleTime().toSeconds(),
                limits.maxSpawning(),
                limits.queueMax(),
                app.name(),
                app.root(),
                command.isEmpty() ? "" : "python = " + command));
  }
}
