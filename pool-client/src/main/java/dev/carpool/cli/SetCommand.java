package dev.carpool.cli;

import dev.carpool.api.Setting;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;

/** {@code carpool set}. */
final class SetCommand implements AdminCommand {

  @Override
  public String help() {
    return """
        Usage: carpool set SETTING VALUE

        Changes a limit while the server runs, and prints the receipt.

        Settings:
          max                living processes, all applications together; at least 1
          max-per-app        living processes of one application; 0: no limit of its own
          max-idle-time      how long a process may be idle (30s, 5m, 1h30m); 0: no end
          queue-max          requests in the waiting room; 0: nobody waits

        It counts at once and until the server ends. No session is cut: when there are
        too many processes, idle ones stop now and busy ones when they are free.

        Examples:
          carpool set max 3              max: 6 -> 3 (5 running, 2 to drain)
          carpool set max-idle-time 90s
        """;
  }

  @Override
  public Work understand(Arguments arguments) throws MisuseException {
    Setting.Change change = change(arguments);
    return (server, directory, out) -> {
      out.println(change.apply(server.pool()));
      return 0;
    };
  }

  private static Setting.Change change(Arguments arguments) throws MisuseException {
    String word = arguments.next("the setting");
    try {
      Setting setting = Setting.of(word);
      return setting.parse(arguments.next("the value of " + setting.word()));
    } catch (IllegalArgumentException e) {
      throw new MisuseException(String.valueOf(e.getMessage()));
    }
  }
}
