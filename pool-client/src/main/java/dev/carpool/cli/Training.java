package dev.carpool.cli;

import java.io.PrintStream;
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
  public static void main(String[] words) {
    for (List<String> command : COMMANDS) {
      PrintStream out = new PrintStream(System.out, false);
      int _ =
          new Carpool(RunningServer::connect, out, System.err).run(command.toArray(new String[0]));
    }
    System.exit(Carpool.DONE);
  }
}
