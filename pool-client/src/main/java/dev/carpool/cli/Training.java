package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/**
 * Runs the commands that only look, one after the other in one JVM, so that what it has loaded can
 * be kept for all of them: {@code script/train} starts this.
 */
final class Training {

  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("status"),
          List.of("status", "--json"),
          List.of("mackerel", "--listener", "tcp:1"),
          List.of("backlog"),
          List.of("backlog", "--json", "unix:/none"));

  private Training() {}

  /** Takes nothing; the server is the one of {@code CARPOOL_RUNTIME_DIR}. */
  public static void main(String[] words) throws Exception {
    for (List<String> command : COMMANDS) {
      PrintStream out = new PrintStream(System.out, false);
      int _ =
          new Carpool(RunningServer::connect, out, System.err).run(command.toArray(new String[0]));
    }
    drawOnATerminal();
    System.exit(Carpool.DONE);
  }

  /** As the status is drawn where there is a terminal, which there is none while training. */
  private static void drawOnATerminal() throws IOException, PoolException {
    StandardOutput out = new StandardOutput();
    boolean colours = !out.hasColours();
    try (RunningServer server = RunningServer.connect(RuntimeDirectory.find(null).adminSocket())) {
      StatusView.of(server.pool().status(), server.pool().requests(), Order.NAME, Instant.now())
          .forEach(line -> out.println(line.shown(out.size().columns(), colours)));
    }
    out.flush();
  }
}
