package dev.carpool.server;

import dev.carpool.config.ConfigException;
import dev.carpool.door.ServerSocket;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** {@code carpool server}: the bare pool behind an inherited socket. */
final class ServerCommand implements Command {

  private static final int DEFAULT_DESCRIPTOR = 3;

  @Override
  public String help() {
    return """
        Usage: carpool server [--server-socket-fd N] [OPTIONS]

        Runs the bare pool server behind an inherited socket, for a web server that asks
        by itself. It ends when every process that holds the other end of the socket is
        gone. The dialogue on the socket is described in docs/PROTOCOL.md.

        Options:
          --server-socket-fd N
                             the inherited Unix socket on which wake-up bytes arrive; 3 if
                             not given, 0 when a Java program starts the server
        """
        + CommonOptions.help();
  }

  @Override
  public int run(Arguments arguments) throws MisuseException, IOException, ConfigException {
    CommonOptions options = CommonOptions.take(arguments);
    @Nullable Integer descriptor = arguments.number("--server-socket-fd", 0);
    arguments.end();
    ServerSocket socket = inheritedSocket(descriptor == null ? DEFAULT_DESCRIPTOR : descriptor);
    try (PoolServer server = PoolServer.start(options.read(), options.directory())) {
      if (options.config() != null) {
        server.onReload(options::read);
      }
      server.openAdmin();
      server.serveWakeUps(socket);
    }
    return 0;
  }

  private static ServerSocket inheritedSocket(int descriptor) throws IOException {
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
