package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.channel.ChildStandardStream;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Pipe;
import dev.carpool.relay.Dialect;
import java.io.IOException;

/** Executes programs. */
final class Execution {

  private Execution() {}

  /** Executes a program, whose end is told on the spawner's loop. */
  static Birth of(LaunchPlan plan, HelperSpawner home) throws IOException {
    LaunchPlan.Listens listens = plan.listens();
    return listens == null ? helper(plan, home) : listening(plan, listens, home);
  }

  private static Birth helper(LaunchPlan plan, HelperSpawner home) throws IOException {
    Ends ends = Ends.open();
    try {
      Process process = start(plan, ends);
      return ends.birth(process.pid(), plan.form(), end(process, home));
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
    return start(
        plan, plan.command(), plan.environment(), ends.line().theirs(), ends.output().writeEnd());
  }

  private static Birth listening(LaunchPlan plan, LaunchPlan.Listens how, HelperSpawner home)
      throws IOException {
    boolean told = how.dialect() instanceof Dialect.Http; // on which port it may listen
    Doorstep doorstep = Doorstep.open(told);
    try (Descriptor door = doorstep.socket().listening()) {
      Pipe output = Pipe.open();
      try (Descriptor printed = output.writeEnd()) {
        Ends.giveTo(plan.identity(), printed);
        Process process =
            start(
                plan,
                doorstep.told(plan.command()),
                doorstep.told(plan.environment()),
                door,
                printed);
        return new Birth(
            process.pid(),
            hears ->
                new Listening(process.pid(), doorstep, how.dialect(), how.concurrency(), hears),
            output.readEnd(),
            end(process, home));
      } catch (IOException | RuntimeException e) {
        output.readEnd().close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      doorstep.close();
      throw e;
    }
  }

  private static Birth.End end(Process process, HelperSpawner home) {
    return then -> home.onExit(process, () -> then.accept(new ExitStatus(process.exitValue())));
  }

  private static Process start(
      LaunchPlan plan,
      ImmutableList<String> command,
      ImmutableMap<String, String> environment,
      Descriptor input,
      Descriptor output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ImmutableList.<String>builder()
                .addAll(plan.chain().words(environment, plan.form()))
                .addAll(command)
                .build());
    builder.environment().clear();
    builder.environment().putAll(plan.chain().carried(environment));
    builder.directory(plan.directory().toFile());
    builder.redirectInput(ChildStandardStream.of(input));
    builder.redirectOutput(ChildStandardStream.of(output));
    builder.redirectErrorStream(true);
    return builder.start();
  }
}
