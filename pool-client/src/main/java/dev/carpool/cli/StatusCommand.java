package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.StatusReport;
import dev.carpool.channel.RuntimeDirectory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code carpool status}. */
@Command(
    name = "status",
    header = "Say what the pool does now.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Limits, counts, the waiting room, and each application with its processes. The",
      "same page comes out of the file status.fifo in the server's runtime directory.",
      "",
      "Examples:",
      "  carpool status",
      "  carpool status --json | jq '.apps[].processes[].pid'"
    })
final class StatusCommand extends ServerCommand {

  @Option(
      names = "--json",
      description = "The same for programs: JSON with fields that do not change.")
  boolean json;

  StatusCommand(RunningServer.Connector connector) {
    super(connector);
  }

  @Override
  int run(RunningServer server, RuntimeDirectory directory, PrintWriter out) throws PoolException {
    PoolStatus status = server.pool().status();
    if (json) {
      out.println(StatusJson.of(status));
    } else {
      out.print(StatusReport.of(status));
    }
    return 0;
  }
}
