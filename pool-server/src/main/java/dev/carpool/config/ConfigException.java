package dev.carpool.config;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used. Its message has a line for each problem. */
public final class ConfigException extends Exception {

  private final transient ImmutableList<Problem> problems;

  ConfigException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = ImmutableList.copyOf(problems);
  }

  /** All that is wrong, in the order of the file; at least one. */
  public ImmutableList<Problem> problems() {
    return problems;
  }
}
