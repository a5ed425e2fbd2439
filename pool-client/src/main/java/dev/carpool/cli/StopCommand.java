package dev.carpool.cli;

import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.words.Arguments;
import java.nio.file.Files;
import java.time.Duration;

/** {@code carpool stop}. */
final class StopCommand implements AdminCommand {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(20);

  @Override
  public String help() {
    return """
        Usage: carpool stop

        Ends the server: it takes no new requests, sessions finish, processes stop.
        Waits up to a minute for the end, and says so if it takes longer.

        Example:
          carpool stop
        """;
  }

  @Override
  public Work understand(Arguments arguments) {
    return (server, directory, out) -> {
      long pid = server.pool().status().serverPid();
      server.stop();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (runs(pid, directory)) {
        if (System.nanoTime() > deadline) {
          out.println("The server (pid " + pid + ") is still stopping: sessions finish first.");
          return 1;
        }
        Thread.sleep(PAUSE);
      }
      out.println("The server (pid " + pid + ") has stopped.");
      return 0;
    };
  }

  /** The socket goes nearly last, even if nobody has collected the dead process yet. */
  private static boolean runs(long pid, RuntimeDirectory directory) {
    return Files.exists(directory.adminSocket())
        && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
