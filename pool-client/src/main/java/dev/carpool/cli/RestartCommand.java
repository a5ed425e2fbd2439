package dev.carpool.cli;

import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;

/** {@code carpool restart}. */
final class RestartCommand implements AdminCommand {

  @Override
  public String help() {
    return """
        Usage: carpool restart [--if-changed] APP

        Lets one application run its new code. Its processes are replaced one for one,
        each serving until a new one is ready. If the new code cannot start, the old
        processes go on, and 'carpool status' says why.
        APP is its name, as 'carpool status' says it.

        Options:
          --if-changed   only if a file in its root is newer than its processes; tmp,
                         log, .git, __pycache__, node_modules and *.pyc do not count.
                         More than 100000 files are taken as newer.

        Example:
          carpool restart guestbook
        """;
  }

  @Override
  public Work understand(Arguments arguments) throws MisuseException {
    boolean ifChanged = arguments.flag("--if-changed");
    String app = arguments.next("the application");
    return (server, directory, out) -> {
      out.println(ifChanged ? server.pool().restartIfChanged(app) : server.pool().restart(app));
      return 0;
    };
  }
}
