package dev.carpool.server;

import dev.carpool.config.ConfigCheck;
import dev.carpool.config.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Where the commands that run a server begin. */
@Command(
    name = "carpool",
    subcommands = {ServeCommand.class, ServerCommand.class, CheckCommand.class},
    description = "Runs a pool of application processes.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {

  private Main() {}

  /** Runs a command and ends with its exit code: 0, 1 at run time, 2 usage, 78 configuration. */
  public static void main(String[] arguments) {
    CommandLine commands = new CommandLine(new Main());
    commands.setParameterExceptionHandler(
        (e, _) -> {
          PrintWriter err = e.getCommandLine().getErr();
          err.println("carpool: " + e.getMessage());
          err.println("See '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
          return CommandLine.ExitCode.USAGE;
        });
    commands.setExecutionExceptionHandler((e, command, _) -> explain(e, command));
    int code = commands.execute(arguments);
    System.out.flush();
    System.exit(code);
  }

  private static int explain(Exception e, CommandLine command) throws Exception {
    if (e instanceof ConfigException) {
      command.getErr().println(e.getMessage());
      return ConfigCheck.BAD;
    }
    if (e instanceof IOException || e instanceof IllegalArgumentException) {
      command.getErr().println("carpool: " + e.getMessage());
      return e instanceof IOException ? 1 : 2;
    }
    throw e;
  }
}
