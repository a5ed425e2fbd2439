package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import picocli.CommandLine.Command;

/** {@code carpool stop}. */
@Command(
    name = "stop",
    header = "End the server: no new requests, sessions finish, processes stop.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Waits up to a minute for the end, and says so if it takes longer.",
      "",
      "Example:",
      "  carpool stop"
    })
final class StopCommand extends ServerCommand {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(20);

  StopCommand(RunningServer.Connector connector) {
    super(connector);
  }

  @Override
  int run(RunningServer server, RuntimeDirectory directory, PrintWriter out)
      throws PoolException, InterruptedException {
    long pid = server.pool().status().serverPid();
    server.stop();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (runs(pid, directory)) {
      if (System.nanoTime() > deadline) {
        out.printf("The server (pid %d) is still stopping: sessions finish first.%n", pid);
        return 1;
      }
      Thread.sleep(PAUSE);
    }
    out.printf("The server (pid %d) has stopped.%n", pid);
    return 0;
  }

  /** The socket goes last but one, also when nobody has collected the dead process yet. */
  private static boolean runs(long pid, RuntimeDirectory directory) {
    return Files.exists(directory.adminSocket())
        && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
