package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.UnixSocket;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands have in common that ask a running server: where it is, and how it is found. */
abstract sealed class ServerCommand implements Callable<Integer>
    permits StatusCommand, SetCommand, RestartCommand, ClearCommand, StopCommand {

  @Spec CommandSpec spec;

  @Option(
      names = "--runtime-dir",
      paramLabel = "DIR",
      description = {
        "Where the server is found. Else $CARPOOL_RUNTIME_DIR; else /run/carpool for root,"
            + " $XDG_RUNTIME_DIR/carpool or ~/.cache/carpool for others."
      })
  @Nullable Path runtimeDir;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Say this and exit.")
  boolean help;

  private final RunningServer.Connector connector;

  ServerCommand(RunningServer.Connector connector) {
    this.connector = connector;
  }

  /** Does the command's work with a server that answered. */
  abstract int run(RunningServer server, RuntimeDirectory directory, PrintWriter out)
      throws PoolException, InterruptedException;

  @Override
  public final Integer call() throws IOException, PoolException, InterruptedException {
    check();
    RuntimeDirectory directory = RuntimeDirectory.find(runtimeDir);
    PrintWriter out = spec.commandLine().getOut();
    try (RunningServer server = connect(directory.adminSocket())) {
      return run(server, directory, out);
    } finally {
      out.flush();
    }
  }

  /** Looks at the arguments before any server is asked. */
  void check() {}

  private RunningServer connect(Path socket) throws IOException, PoolException {
    try {
      return connector.connect(socket);
    } catch (PoolException.Unavailable e) {
      if (somebodyListens(socket)) {
        throw e;
      }
      throw new IOException(
          ("no server answers at %s (start one with 'carpool serve', or name its place with"
                  + " --runtime-dir)")
              .formatted(socket),
          e);
    }
  }

  private static boolean somebodyListens(Path socket) {
    try {
      UnixSocket.connect(socket).close();
      return true;
    } catch (ErrnoException e) {
      return e.errno() != Errno.ENOENT && e.errno() != Errno.ECONNREFUSED;
    } catch (IOException e) {
      return true;
    }
  }
}
