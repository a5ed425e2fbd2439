package dev.carpool.server;

import dev.carpool.api.PoolLimits;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.config.ConfigException;
import dev.carpool.config.ServerConfig;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The options that every way of running a server has.
 *
 * @param config the configuration file
 * @param runtimeDirectory where to be found; null for the usual place
 * @param max living processes, in place of what the configuration says
 * @param queueMax requests in the waiting room, in place of what the configuration says
 */
record CommonOptions(
    @Nullable Path config,
    @Nullable Path runtimeDirectory,
    @Nullable Integer max,
    @Nullable Integer queueMax) {

  /** The options for a help text. */
  static String help() {
    return """
        -c, --config FILE  what to run, and its limits: a carpool.toml
        --max N            living processes at most, all applications together; %d if
                           nothing says more
        --queue-max N      requests in the waiting room at most; %d if nothing says more
        --runtime-dir DIR  where admin.sock and status.fifo are. Else
                           $CARPOOL_RUNTIME_DIR; else /run/carpool for root,
                           $XDG_RUNTIME_DIR/carpool or ~/.cache/carpool for others
        -v, --verbose      log more
      """
        .formatted(PoolLimits.DEFAULT.max(), PoolLimits.DEFAULT.queueMax());
  }

  static CommonOptions take(Arguments arguments) throws MisuseException {
    if (arguments.flag("-v", "--verbose")) {
      LogConfiguration.verbose();
    }
    return new CommonOptions(
        path(arguments.option("-c", "--config")),
        path(arguments.option("--runtime-dir")),
        arguments.number("--max", 1),
        arguments.number("--queue-max", 0));
  }

  /** A path as it was typed; null for null. */
  static @Nullable Path path(@Nullable String typed) throws MisuseException {
    try {
      return typed == null ? null : Path.of(typed);
    } catch (InvalidPathException e) {
      throw new MisuseException("'" + typed + "' is not a path: " + e.getReason());
    }
  }

  /** The configuration file, or what an empty one says, with these options over it. */
  ServerConfig read() throws ConfigException {
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
