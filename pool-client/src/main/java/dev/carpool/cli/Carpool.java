package dev.carpool.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.UnixSocket;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import dev.carpool.words.Nearest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code carpool} command, as far as it asks a server that runs. */
public final class Carpool {

  static final int DONE = 0;
  static final int FAILED = 1;
  static final int MISUSED = 2;

  private static final ImmutableMap<String, AdminCommand> COMMANDS =
      ImmutableMap.of(
          "status", new StatusCommand(),
          "set", new SetCommand(),
          "restart", new RestartCommand(),
          "clear", new ClearCommand(),
          "stop", new StopCommand());

  private static final ImmutableMap<String, LocalCommand> LOCAL =
      ImmutableMap.of("backlog", new BacklogCommand(), "mackerel", new MackerelCommand());

  private static final ImmutableList<String> ALL =
      ImmutableList.<String>builder()
          .add("serve", "server", "check")
          .addAll(COMMANDS.keySet())
          .addAll(LOCAL.keySet())
          .build();

  private static final String HELP =
      """
      An application pool server: web requests in, a free process of the app out.

      Usage: carpool COMMAND [ARGUMENTS]

      Serving:
        serve              serve a folder, or what a carpool.toml says, over HTTP
        server             run the bare pool server on an inherited socket
        check              say what is wrong in a carpool.toml

      Asking a server that runs:
        status             say what the pool does now
        set                change a limit
        restart            let one application run its new code
        clear              restart all applications
        stop               end the server

      Looking at this machine, also without a server:
        backlog            the accept queues of all listening sockets
        mackerel           values for the monitoring service Mackerel

      'carpool COMMAND --help' says more; 'carpool --version' says which one this is.
      Exit codes: 0 done, 1 failed, 2 wrong command line, 78 wrong configuration.

      Examples:
        carpool serve examples/guestbook
        carpool status
        carpool set max 3
      """;

  static final String COMMON_OPTIONS =
      """

      Where the server is:
        --runtime-dir DIR  its runtime directory. Else $CARPOOL_RUNTIME_DIR; else
                           /run/carpool for root, $XDG_RUNTIME_DIR/carpool or
                           ~/.cache/carpool for others. The server of another user
                           is found only by its directory; members of its look_group
                           may look (status), root and its own user may change
      """;

  private final RunningServer.Connector connector;
  private final PrintStream out;
  private final PrintStream err;

  Carpool(RunningServer.Connector connector, PrintStream out, PrintStream err) {
    this.connector = connector;
    this.out = out;
    this.err = err;
  }

  /** Does what the words say, and ends with the exit code. */
  public static void main(String[] words) {
    int code = new Carpool(RunningServer::connect, new StandardOutput(), System.err).run(words);
    System.exit(code);
  }

  /** Does what the words say, and returns the exit code. */
  int run(String... words) {
    String command = words.length == 0 ? "" : words[0];
    try {
      return switch (command) {
        case "" -> throw new MisuseException("a command is missing");
        case "-h", "--help", "help" -> say(HELP);
        case "-V", "--version" -> say("carpool " + version() + "\n");
        default -> run(command, Arrays.asList(words).subList(1, words.length));
      };
    } catch (MisuseException e) {
      err.println("carpool: " + e.getMessage());
      err.println(
          COMMANDS.containsKey(command) || LOCAL.containsKey(command)
              ? "See 'carpool " + command + " --help'."
              : "See 'carpool --help'.");
      return MISUSED;
    } catch (IOException | PoolException e) {
      err.println("carpool: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    } finally {
      out.flush();
    }
  }

  private int run(String name, List<String> words)
      throws MisuseException, IOException, PoolException, InterruptedException {
    LocalCommand local = LOCAL.get(name);
    if (local != null) {
      return run(local, new Arguments(words));
    }
    AdminCommand command = COMMANDS.get(name);
    if (command == null) {
      String nearest = Nearest.of(name, ALL);
      throw new MisuseException(
          "there is no command '%s'%s"
              .formatted(name, nearest == null ? "" : "; did you mean '" + nearest + "'?"));
    }
    Arguments arguments = new Arguments(words);
    if (arguments.flag("-h", "--help")) {
      return say(command.help() + COMMON_OPTIONS);
    }
    Path place = path(arguments.option("--runtime-dir"));
    AdminCommand.Work work = command.understand(arguments);
    arguments.end();
    RuntimeDirectory directory = RuntimeDirectory.find(place);
    try (RunningServer server = connect(directory)) {
      return work.with(server, directory, out);
    }
  }

  private int run(LocalCommand command, Arguments arguments)
      throws MisuseException, IOException, InterruptedException {
    if (arguments.flag("-h", "--help")) {
      return say(command.help());
    }
    LocalCommand.Work work = command.understand(arguments);
    arguments.end();
    return work.with(this::connect, out, err);
  }

  private int say(String text) {
    out.print(text);
    return DONE;
  }

  static @Nullable Path path(@Nullable String option) throws MisuseException {
    try {
      return option == null ? null : Path.of(option);
    } catch (InvalidPathException e) {
      throw new MisuseException("--runtime-dir is not a path: " + e.getReason());
    }
  }

  private RunningServer connect(RuntimeDirectory directory) throws IOException, PoolException {
    Path socket = directory.adminSocket();
    try {
      return connector.connect(socket);
    } catch (PoolException.Unavailable e) {
      if (directory.isServed() || somebodyListens(socket)) {
        throw e;
      }
      throw new IOException(
          ("no server answers at %s (start one with 'carpool serve', or name its place with"
                  + " --runtime-dir)")
              .formatted(socket),
          e);
    }
  }

  private static boolean somebodyListens(Path socket) {
    try {
      UnixSocket.connect(socket).close();
      return true;
    } catch (ErrnoException e) {
      return e.errno() != Errno.ENOENT && e.errno() != Errno.ECONNREFUSED;
    } catch (IOException e) {
      return true;
    }
  }

  private static String version() {
    String version = Carpool.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
