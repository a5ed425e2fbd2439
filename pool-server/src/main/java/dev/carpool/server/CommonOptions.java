package dev.carpool.server;

import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.config.ConfigException;
import dev.carpool.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every way of running a server has. */
final class CommonOptions {

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "What to run, and its limits: a carpool.toml.")
  @Nullable Path config;

  @Option(
      names = "--runtime-dir",
      paramLabel = "DIR",
      description =
          "Where admin.sock and status.fifo are. Default: $$CARPOOL_RUNTIME_DIR, /run/carpool for"
              + " root, $$XDG_RUNTIME_DIR/carpool or ~/.cache/carpool for others.")
  @Nullable Path runtimeDirectory;

  @Option(
      names = "--max",
      paramLabel = "N",
      description = "Living processes at most, all applications together. Default: 6.")
  @Nullable Integer max;

  @Option(
      names = "--queue-max",
      paramLabel = "N",
      description = "Requests in the waiting room at most. Default: 100.")
  @Nullable Integer queueMax;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log more.")
  boolean verbose;

  /** The configuration file, or what an empty one says, with these options over it. */
  ServerConfig read() throws ConfigException {
    if (verbose) {
      LogConfiguration.verbose();
    }
    ServerConfig read = config == null ? ServerConfig.DEFAULT : ServerConfig.read(config);
    if (max != null) {
      read = read.withLimits(read.limits().withMax(max));
    }
    if (queueMax != null) {
      read = read.withLimits(read.limits().withQueueMax(queueMax));
    }
    return read;
  }

  RuntimeDirectory directory() throws IOException {
    return RuntimeDirectory.find(runtimeDirectory);
  }
}
