package dev.carpool.api;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An application and how to run it.
 *
 * @param name the key of the application in the pool: its configured name, or the real path of its
 *     root
 * @param root the directory with its code; also the working directory of its processes
 * @param kind how it is run
 * @param entry where its start is, in the terms of its kind ({@code "wsgi:application"}); null if
 *     it is to be found
 * @param command the words that start it: the interpreter ({@code ["python3"]}), or for {@link
 *     AppKind#HELPER} the whole program; empty for the kind's default
 * @param env environment variables for its processes, beside the few that every process gets
 * @param min processes to keep even when they are idle
 * @param startTimeout how long a process may take to become ready
 */
public record AppSpec(
    String name,
    Path root,
    AppKind kind,
    @Nullable String entry,
    ImmutableList<String> command,
    ImmutableMap<String, String> env,
    int min,
    Duration startTimeout) {

  public static final Duration DEFAULT_START_TIMEOUT = Duration.ofSeconds(90);

  public AppSpec {
    Preconditions.checkArgument(!name.isBlank(), "an application needs a name");
    Preconditions.checkArgument(min >= 0, "min is %s, but cannot be negative", min);
    Preconditions.checkArgument(startTimeout.isPositive(), "the start timeout must be positive");
  }

  /**
   * An application known by the place of its code alone.
   *
   * @param root its directory; need not exist yet (starting it will then fail, in words)
   */
  public static AppSpec ofRoot(Path root) {
    Path real;
    try {
      real = root.toRealPath();
    } catch (IOException e) {
      real = root.toAbsolutePath().normalize();
    }
    return named(real.toString(), real);
  }

  /** An application with a name of its own. */
  public static AppSpec named(String name, Path root) {
    return new AppSpec(
        name,
        root,
        AppKind.AUTO,
        null,
        ImmutableList.of(),
        ImmutableMap.of(),
        0,
        DEFAULT_START_TIMEOUT);
  }

  public AppSpec withKind(AppKind kind) {
    return new AppSpec(name, root, kind, entry, command, env, min, startTimeout);
  }

  public AppSpec withEntry(@Nullable String entry) {
    return new AppSpec(name, root, kind, entry, command, env, min, startTimeout);
  }

  public AppSpec withCommand(List<String> command) {
    return new AppSpec(
        name, root, kind, entry, ImmutableList.copyOf(command), env, min, startTimeout);
  }

  public AppSpec withEnv(Map<String, String> env) {
    return new AppSpec(
        name, root, kind, entry, command, ImmutableMap.copyOf(env), min, startTimeout);
  }

  public AppSpec withMin(int min) {
    return new AppSpec(name, root, kind, entry, command, env, min, startTimeout);
  }

  public AppSpec withStartTimeout(Duration startTimeout) {
    return new AppSpec(name, root, kind, entry, command, env, min, startTimeout);
  }
}
