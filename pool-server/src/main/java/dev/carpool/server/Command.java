package dev.carpool.server;

import dev.carpool.config.ConfigException;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.IOException;

/** A command that the server's program knows. */
interface Command {

  /** What {@code carpool COMMAND --help} says. */
  String help();

  /**
   * Does it, and returns the exit code.
   *
   * @param arguments all words after the command; whatever is not taken is a misuse
   */
  int run(Arguments arguments)
      throws MisuseException, ConfigException, IOException, InterruptedException;
}
