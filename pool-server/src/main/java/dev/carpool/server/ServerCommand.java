package dev.carpool.server;

import dev.carpool.config.ConfigException;
import dev.carpool.door.ServerSocket;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code carpool server}: the bare pool behind an inherited socket. */
@Command(
    name = "server",
    description = {
      "Runs the bare pool server behind an inherited socket, for a web server that asks by itself.",
      "It ends when every process that holds the other end of the socket is gone."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {"", "The dialogue on the socket is described in docs/PROTOCOL.md."})
final class ServerCommand implements Callable<Integer> {

  @Mixin CommonOptions options = new CommonOptions();

  @Option(
      names = "--server-socket-fd",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "The inherited Unix socket on which wake-up bytes arrive. Default: ${DEFAULT-VALUE};"
              + " 0 when a Java program starts the server.")
  int descriptor = 3;

  @Override
  public Integer call() throws IOException, ConfigException {
    ServerSocket socket = inheritedSocket();
    try (PoolServer server = PoolServer.start(options.read(), options.directory())) {
      server.serveWakeUps(socket);
    }
    return 0;
  }

  private ServerSocket inheritedSocket() throws IOException {
    try {
      return ServerSocket.adopt(descriptor);
    } catch (IOException e) {
      throw new IOException(
          e.getMessage()
              + "; a web server starts this command with one end of a socket pair there"
              + " (--server-socket-fd), without one use 'carpool serve'",
          e);
    }
  }
}
