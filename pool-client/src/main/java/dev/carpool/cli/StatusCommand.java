package dev.carpool.cli;

import dev.carpool.api.PoolStatus;
import dev.carpool.api.StatusReport;
import dev.carpool.wire.StatusJson;
import dev.carpool.words.Arguments;

/** {@code carpool status}. */
final class StatusCommand implements AdminCommand {

  @Override
  public String help() {
    return """
        Usage: carpool status [--json]

        Says what the pool does now: limits, counts, the waiting room, and each
        application with its processes. The same page comes out of the file status.fifo
        in the server's runtime directory.

        Options:
          --json             the same for programs: JSON with fields that do not change

        Examples:
          carpool status
          carpool status --json | jq '.apps[].processes[].pid'
        """;
  }

  @Override
  public Work understand(Arguments arguments) {
    boolean json = arguments.flag("--json");
    return (server, directory, out) -> {
      PoolStatus status = server.pool().status();
      out.print(json ? StatusJson.of(status) + "\n" : StatusReport.of(status));
      return 0;
    };
  }
}
