package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import dev.carpool.channel.ChildStandardStream;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Pipe;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;

/**
 * A program that was executed.
 *
 * @param process in the operating system
 * @param line our end of its descriptor 0
 * @param output the reading end of its descriptors 1 and 2
 */
record Execution(Process process, Descriptor line, Descriptor output) {

  /**
   * Makes a process the leader of a session of its own, before anything of the application runs.
   */
  private static final String SETSID = "setsid";

  static Execution of(LaunchPlan plan) throws IOException {
    SocketPair line = SocketPair.open();
    try {
      Pipe output = Pipe.open();
      try {
        return new Execution(
            start(plan, line.theirs(), output.writeEnd()), line.ours(), output.readEnd());
      } catch (IOException | RuntimeException e) {
        output.readEnd().close();
        throw e;
      } finally {
        output.writeEnd().close();
      }
    } catch (IOException | RuntimeException e) {
      line.ours().close();
      throw e;
    } finally {
      line.theirs().close();
    }
  }

  private static Process start(LaunchPlan plan, Descriptor stdin, Descriptor output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ImmutableList.<String>builder().add(SETSID).addAll(plan.command()).build());
    builder.environment().clear();
    builder.environment().putAll(plan.environment());
    builder.directory(plan.directory().toFile());
    builder.redirectInput(ChildStandardStream.of(stdin));
    builder.redirectOutput(ChildStandardStream.of(output));
    builder.redirectErrorStream(true);
    return builder.start();
  }
}
