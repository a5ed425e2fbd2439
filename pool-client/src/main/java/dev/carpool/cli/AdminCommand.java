package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.PrintStream;

/** A command that asks a running server. */
interface AdminCommand {

  /** What {@code carpool COMMAND --help} says, without the options that all have. */
  String help();

  /** Takes its arguments before any server is asked. */
  Work understand(Arguments arguments) throws MisuseException;

  /** What is to be done once a server answers. */
  @FunctionalInterface
  interface Work {
    /** Does it, and returns the exit code. */
    int with(RunningServer server, RuntimeDirectory directory, PrintStream out)
        throws PoolException, InterruptedException;
  }
}
