package dev.carpool.cli;

import dev.carpool.words.Arguments;

/** {@code carpool clear}. */
final class ClearCommand implements AdminCommand {

  @Override
  public String help() {
    return """
        Usage: carpool clear

        Restarts all applications: idle processes stop now, busy ones finish their
        sessions first, and requests that wait are served by new processes.

        Example:
          carpool clear
        """;
  }

  @Override
  public Work understand(Arguments arguments) {
    return (server, directory, out) -> {
      out.println(server.pool().clear());
      return 0;
    };
  }
}
