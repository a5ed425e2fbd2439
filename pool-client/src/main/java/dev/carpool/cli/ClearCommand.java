package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code carpool clear}. */
@Command(
    name = "clear",
    header = "Restart all applications.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Idle processes stop now, busy ones finish their sessions first, and requests that",
      "wait are served by new processes.",
      "",
      "Example:",
      "  carpool clear"
    })
final class ClearCommand extends ServerCommand {

  ClearCommand(RunningServer.Connector connector) {
    super(connector);
  }

  @Override
  int run(RunningServer server, RuntimeDirectory directory, PrintWriter out) throws PoolException {
    out.println(server.pool().clear());
    return 0;
  }
}
