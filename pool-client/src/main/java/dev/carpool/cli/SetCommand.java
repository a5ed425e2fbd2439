package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code carpool set}. */
@Command(
    name = "set",
    header = "Change a limit while the server runs, and print the receipt.",
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Settings:",
      "  max            living processes, all applications together; at least 1",
      "  max-per-app    living processes of one application; 0: no limit of its own",
      "  max-idle-time  how long a process may be idle (30s, 5m, 1h30m); 0: for ever",
      "  queue-max      requests in the waiting room; 0: nobody waits",
      "",
      "It counts at once and until the server ends. No session is cut: when there are",
      "too many processes, idle ones stop now and busy ones when they are free.",
      "",
      "Examples:",
      "  carpool set max 3               max: 6 -> 3 (5 running, 2 to drain)",
      "  carpool set max-idle-time 90s"
    })
final class SetCommand extends ServerCommand {

  @Parameters(
      index = "0",
      paramLabel = "SETTING",
      description = "max, max-per-app, max-idle-time or queue-max.")
  String setting = "";

  @Parameters(index = "1", paramLabel = "VALUE", description = "What it is from now on.")
  String value = "";

  private Setting.@Nullable Change change;

  SetCommand(RunningServer.Connector connector) {
    super(connector);
  }

  @Override
  void check() {
    try {
      change = Setting.of(setting).parse(value);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  @Override
  int run(RunningServer server, RuntimeDirectory directory, PrintWriter out) throws PoolException {
    if (change != null) {
      out.println(change.apply(server.pool()));
    }
    return 0;
  }
}
