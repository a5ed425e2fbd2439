package dev.carpool.config;

import dev.carpool.api.PoolLimits;
import dev.carpool.api.Units;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code carpool check} says of a file.
 *
 * @param text for the terminal, ending with a newline; problems are for standard error
 * @param exitCode {@link #OK}, or {@link #BAD} with a problem in each line of the text
 */
public record ConfigCheck(String text, int exitCode) {

  public static final int OK = 0;

  /** EX_CONFIG of sysexits.h. */
  public static final int BAD = 78;

  /** Looks at a file. Doubts count as problems here: whoever checks wants to know. */
  public static ConfigCheck of(Path file) {
    try {
      ServerConfig config = ServerConfig.read(file);
      return config.doubts().isEmpty()
          ? new ConfigCheck(summary(file, config), OK)
          : bad(config.doubts());
    } catch (ConfigException e) {
      return bad(e.problems());
    }
  }

  private static ConfigCheck bad(List<Problem> problems) {
    return new ConfigCheck(
        problems.stream().map(problem -> problem + "\n").collect(Collectors.joining()), BAD);
  }

  private static String summary(Path file, ServerConfig config) {
    PoolLimits limits = config.limits();
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: good; at most %d processes and %d waiting requests, %s each%n"
            .formatted(file, limits.max(), limits.queueMax(), Units.words(config.queueTimeout())));
    for (ServerConfig.App app : config.apps()) {
      text.append("  app %s  %s".formatted(app.spec().name(), app.spec().root()));
      app.listen().forEach(listener -> text.append("  ").append(listener));
      text.append('\n');
    }
    return text.toString();
  }
}
