package dev.carpool.cli;

import dev.carpool.api.PoolException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The {@code carpool} command, as far as it asks a server that runs. */
@Command(
    name = "carpool",
    header = "An application pool server: web requests in, a free process of the app out.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "carpool COMMAND [ARGUMENTS]",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%n",
    versionProvider = Carpool.Version.class,
    footer = {
      "",
      "'carpool COMMAND --help' says more.",
      "Exit codes: 0 done, 1 failed, 2 wrong command line, 78 wrong configuration.",
      "",
      "Examples:",
      "  carpool serve examples/guestbook",
      "  carpool status",
      "  carpool set max 3"
    })
public final class Carpool implements Runnable {

  private static final String COMMANDS =
      """
      Serving:
        serve      serve a folder, or what a carpool.toml says, over HTTP
        server     run the bare pool server on an inherited socket
        check      say what is wrong in a carpool.toml

      Asking a server that runs:
        status     say what the pool does now
        set        change a limit
        restart    let one application run its new code
        clear      restart all applications
        stop       end the server
      """;

  @Spec CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Say this and exit.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Say the version and exit.")
  boolean version;

  private Carpool() {}

  public static void main(String[] args) {
    System.exit(commandLine(RunningServer::connect).execute(args));
  }

  static CommandLine commandLine(RunningServer.Connector connector) {
    CommandLine top = new CommandLine(new Carpool());
    top.addSubcommand(new StatusCommand(connector));
    // A negative value is a value, and its error is about the value.
    top.addSubcommand(
        new CommandLine(new SetCommand(connector)).setUnmatchedOptionsArePositionalParams(true));
    top.addSubcommand(new RestartCommand(connector));
    top.addSubcommand(new ClearCommand(connector));
    top.addSubcommand(new StopCommand(connector));
    top.setExecutionExceptionHandler(Carpool::failed);
    top.setParameterExceptionHandler(Carpool::misused);
    top.setUsageHelpAutoWidth(true);
    // Some commands are the pool server's own, yet belong into the same list.
    top.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, shown -> COMMANDS);
    return top;
  }

  /** Without a command: what there is. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int failed(Exception failure, CommandLine command, ParseResult parsed)
      throws Exception {
    if (failure instanceof IOException || failure instanceof PoolException) {
      command.getErr().println("carpool: " + failure.getMessage());
      return 1;
    }
    throw failure;
  }

  private static int misused(ParameterException misuse, String[] args) {
    CommandLine command = misuse.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("carpool: " + misuse.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(misuse, err)) {
      err.println("Try '%s --help'.".formatted(command.getCommandSpec().qualifiedName(" ")));
    }
    return 2;
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Carpool.class.getPackage().getImplementationVersion();
      return new String[] {"carpool " + (version == null ? "(not packaged)" : version)};
    }
  }
}
