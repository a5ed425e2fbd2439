package dev.carpool.server;

import dev.carpool.api.PoolLimits;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.config.ConfigException;
import dev.carpool.config.ServerConfig;
import dev.carpool.log.LogFormat;
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
        --log FILE         the server's log, instead of standard error; USR1 opens it
                           anew, and those of the applications
        --log-format WORD  text or json; for the applications' log files, too
        -v, --verbose      log more
      """
        .formatted(PoolLimits.DEFAULT.max(), PoolLimits.DEFAULT.queueMax());
  }

  /** Takes the options; those that are about the log are followed at once. */
  static CommonOptions take(Arguments arguments) throws MisuseException, IOException {
    logFormat(arguments.option("--log-format"));
    Path log = path(arguments.option("--log"));
    if (log != null) {
      LogConfiguration.file(log);
    }
    if (arguments.flag("-v", "--verbose")) {
      LogConfiguration.verbose();
    }
    return new CommonOptions(
        path(arguments.option("-c", "--config")),
        path(arguments.option("--runtime-dir")),
        arguments.number("--max", 1),
        arguments.number("--queue-max", 0));
  }

  private static void logFormat(@Nullable String word) throws MisuseException {
    if (word != null) {
      LogConfiguration.format(
          switch (word) {
            case "text" -> LogFormat.TEXT;
            case "json" -> LogFormat.JSON;
            default ->
                throw new MisuseException("--log-format is text or json, not '" + word + "'");
          });
    }
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
