package dev.carpool.cli;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.IOException;
import java.io.PrintStream;

/** A command that looks at this machine, and does so without a server too. */
interface LocalCommand {

  /** What {@code carpool COMMAND --help} says. */
  String help();

  /** Takes its arguments before anything is looked at. */
  Work understand(Arguments arguments) throws MisuseException;

  /** What is to be done. */
  @FunctionalInterface
  interface Work {
    /** Does it, and returns the exit code. */
    int with(Reach reach, PrintStream out, PrintStream err)
        throws IOException, InterruptedException;
  }

  /** How a server is reached, if one is wanted. */
  @FunctionalInterface
  interface Reach {
    /** Connects to a server; the message of what it throws is for people. */
    RunningServer at(RuntimeDirectory directory) throws IOException, PoolException;
  }
}
