package dev.carpool.cli;

import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.StatusReport;
import dev.carpool.wire.StatusJson;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** {@code carpool status}. */
final class StatusCommand implements AdminCommand {

  @Override
  public String help() {
    return """
        Usage: carpool status [--watch | --json] [--requests]

        Says what the pool does now: limits, counts, the waiting room, and each
        application with its processes. On a terminal in columns, and in colours unless
        NO_COLOR is set; elsewhere as the page that also comes out of the file
        status.fifo in the server's runtime directory.

        Options:
          --watch            again each second, on the whole terminal. Keys: w b n r
                             sort by waiting, busy, name, refused; + - and m NUMBER
                             change max and show the receipt; q or Ctrl-C ends it
          --requests         also each request that is being served: process, how long,
                             method and path where the process says them
          --json             the same for programs: JSON with fields that do not change
                             (docs/json.md)

        Examples:
          carpool status
          carpool status --watch
          carpool status --json | jq '.apps[].processes[].pid'
        """;
  }

  @Override
  public Work understand(Arguments arguments) throws MisuseException {
    boolean json = arguments.flag("--json");
    boolean watch = arguments.flag("--watch");
    boolean requests = arguments.flag("--requests");
    if (json && watch) {
      throw new MisuseException("--watch is for people, and --json for programs: one of them");
    }
    return (server, directory, out) -> {
      if (watch && out instanceof StandardOutput screen) {
        new WatchScreen(server.pool(), screen, requests).run();
      } else {
        say(server.pool(), out, json, requests);
      }
      return Carpool.DONE;
    };
  }

  private static void say(ApplicationPool pool, PrintStream out, boolean json, boolean requests)
      throws PoolException {
    PoolStatus status = pool.status();
    List<RunningRequest> running = requests ? pool.requests() : List.of();
    if (json) {
      out.println(requests ? StatusJson.of(status, running) : StatusJson.of(status));
      return;
    }
    if (out instanceof StandardOutput terminal && terminal.isTerminal()) {
      StatusView.of(status, running, Order.NAME, Instant.now())
          .forEach(line -> out.println(line.shown(Integer.MAX_VALUE, terminal.hasColours())));
    } else {
      out.print(StatusReport.of(status));
      if (!running.isEmpty()) {
        out.println();
        StatusView.requests(running)
            .lines()
            .forEach(line -> out.println(line.shown(Integer.MAX_VALUE, false)));
      }
    }
    if (requests && running.isEmpty()) {
      out.println("\nNo request is being served.");
    }
  }
}
