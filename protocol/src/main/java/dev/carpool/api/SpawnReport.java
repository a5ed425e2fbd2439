package dev.carpool.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The story of a start that failed: how far it got, what it took, and what the program said.
 *
 * @param id names this report in logs and on error pages
 * @param app the application's name
 * @param at when it failed
 * @param summary what went wrong, in one line
 * @param advice what to do about it, in one line; empty if nothing is known
 * @param command the words that were executed
 * @param steps the steps of the start in order; the last one is where it failed
 * @param output the last lines that the process printed
 */
public record SpawnReport(
    String id,
    String app,
    Instant at,
    String summary,
    String advice,
    List<String> command,
    List<Step> steps,
    List<String> output) {

  public SpawnReport {
    command = List.copyOf(command);
    steps = List.copyOf(steps);
    output = List.copyOf(output);
  }

  /** A step of a start and how long it took (the last one: until the failure). */
  public record Step(String name, Duration took) {}

  /** The report for a person in front of a terminal. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    text.append("Cannot start application '")
        .append(app)
        .append("': ")
        .append(summary)
        .append('\n');
    if (!advice.isEmpty()) {
      text.append("What to do: ").append(advice).append('\n');
    }
    text.append("Report ").append(id).append(" of ").append(at).append('\n');
    if (!command.isEmpty()) {
      text.append("Command: ").append(String.join(" ", command)).append('\n');
    }
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      text.append(i == steps.size() - 1 ? "  failed  " : "  done    ")
          .append("%-24s %6d ms%n".formatted(step.name(), step.took().toMillis()));
    }
    if (!output.isEmpty()) {
      text.append("Its last words:\n");
      output.forEach(line -> text.append("  | ").append(line).append('\n'));
    }
    return text.toString();
  }
}
