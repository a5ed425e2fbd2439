package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code carpool restart}. */
@Command(
    name = "restart",
    header = "Let one application run its new code.",
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Its idle processes stop now, busy ones finish their sessions first, and requests",
      "that wait are served by new processes.",
      "",
      "Example:",
      "  carpool restart guestbook"
    })
final class RestartCommand extends ServerCommand {

  @Parameters(
      index = "0",
      paramLabel = "APP",
      description = "Its name, as 'carpool status' says it.")
  String app = "";

  RestartCommand(RunningServer.Connector connector) {
    super(connector);
  }

  @Override
  int run(RunningServer server, RuntimeDirectory directory, PrintWriter out) throws PoolException {
    out.println(server.pool().restart(app));
    return 0;
  }
}
