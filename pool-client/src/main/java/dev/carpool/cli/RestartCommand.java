package dev.carpool.cli;

import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;

/** {@code carpool restart}. */
final class RestartCommand implements AdminCommand {

  @Override
  public String help() {
    return """
        Usage: carpool restart APP

        Lets one application run its new code. Its idle processes stop now, busy ones
        finish their sessions first, and requests that wait are served by new processes.
        APP is its name, as 'carpool status' says it.

        Example:
          carpool restart guestbook
        """;
  }

  @Override
  public Work understand(Arguments arguments) throws MisuseException {
    String app = arguments.next("the application");
    return (server, directory, out) -> {
      out.println(server.pool().restart(app));
      return 0;
    };
  }
}
