package dev.carpool.server;

import com.google.common.collect.ImmutableMap;
import dev.carpool.config.ConfigCheck;
import dev.carpool.config.ConfigException;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.IOException;
import java.util.Arrays;

/** Where the commands that run a server begin. */
public final class Main {

  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private static final ImmutableMap<String, Command> COMMANDS =
      ImmutableMap.of(
          "serve", new ServeCommand(),
          "server", new ServerCommand(),
          "check", new CheckCommand());

  private Main() {}

  /** Runs a command and ends with its exit code: 0, 1 at run time, 2 usage, 78 configuration. */
  public static void main(String[] words) {
    StopSignals.prepare();
    int code = run(words);
    System.out.flush();
    LogConfiguration.flush();
    System.exit(code);
  }

  private static int run(String... words) {
    String name = words.length == 0 ? "" : words[0];
    try {
      Command command = COMMANDS.get(name);
      if (command == null) {
        throw new MisuseException(
            "the server's program knows serve, server and check, but not '" + name + "'");
      }
      Arguments arguments = new Arguments(Arrays.asList(words).subList(1, words.length));
      if (arguments.flag("-h", "--help")) {
        System.out.print(command.help());
        return DONE;
      }
      if (arguments.flag("-V", "--version")) {
        System.out.println("carpool " + Version.text());
        return DONE;
      }
      return command.run(arguments);
    } catch (MisuseException e) {
      LogConfiguration.flush();
      System.err.println("carpool: " + e.getMessage());
      System.err.println(
          "See 'carpool " + (COMMANDS.containsKey(name) ? name + " --help'." : "--help'."));
      return MISUSED;
    } catch (ConfigException e) {
      LogConfiguration.flush();
      System.err.println(e.getMessage());
      return ConfigCheck.BAD;
    } catch (IOException e) {
      LogConfiguration.flush();
      System.err.println("carpool: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    }
  }
}
