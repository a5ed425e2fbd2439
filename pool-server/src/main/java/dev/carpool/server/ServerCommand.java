package dev.carpool.server;

import dev.carpool.config.ConfigException;
import dev.carpool.descriptor.Descriptor;
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
    try (Descriptor socket = ServerSocket.inherited(descriptor);
        PoolServer server = PoolServer.start(options.read(), options.directory())) {
      server.serveWakeUps(socket);
    }
    return 0;
  }
}
