package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import dev.carpool.channel.ChildStandardStream;
import java.io.IOException;

/** Executes programs. */
final class Execution {

  private Execution() {}

  /** Executes a program, whose end is told on the spawner's loop. */
  static Birth of(LaunchPlan plan, HelperSpawner home) throws IOException {
    Ends ends = Ends.open();
    try {
      Process process = start(plan, ends);
      return ends.birth(
          process.pid(),
          then -> home.onExit(process, () -> then.accept(new ExitStatus(process.exitValue()))));
    } catch (IOException | RuntimeException e) {
      ends.closeOurs();
      throw e;
    } finally {
      ends.closeTheirs();
    }
  }

  /** Executes a program with its ends, which stay the caller's. */
  static Process start(LaunchPlan plan, Ends ends) throws IOException {
    ends.giveTo(plan.identity());
    ProcessBuilder builder =
        new ProcessBuilder(
            ImmutableList.<String>builder()
                .addAll(plan.chain().words(plan.environment()))
                .addAll(plan.command())
                .build());
    builder.environment().clear();
    builder.environment().putAll(plan.chain().carried(plan.environment()));
    builder.directory(plan.directory().toFile());
    builder.redirectInput(ChildStandardStream.of(ends.line().theirs()));
    builder.redirectOutput(ChildStandardStream.of(ends.output().writeEnd()));
    builder.redirectErrorStream(true);
    return builder.start();
  }
}
