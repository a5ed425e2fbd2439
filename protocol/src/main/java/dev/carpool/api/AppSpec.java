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
 * @param spawn how its processes come to be
 * @param min processes to keep even when they are idle
 * @param concurrency sessions that a process serves at once, where its kind can; {@link
 *     #USUAL_CONCURRENCY} for what is usual for its kind
 * @param startTimeout how long a process may take to become ready
 * @param limits what its processes may use before they are replaced
 * @param runAs whose processes they are, and with what rights
 * @param log the file that gets what its processes print, counted from the root if it is relative;
 *     null for the server's log
 */
public record AppSpec(
    String name,
    Path root,
    AppKind kind,
    @Nullable String entry,
    ImmutableList<String> command,
    ImmutableMap<String, String> env,
    SpawnMethod spawn,
    int min,
    int concurrency,
    Duration startTimeout,
    AppLimits limits,
    RunAs runAs,
    @Nullable Path log) {

  /** As many sessions at once as is usual for its kind: one, but for Node more. */
  public static final int USUAL_CONCURRENCY = 0;

  public static final Duration DEFAULT_START_TIMEOUT = Duration.ofSeconds(90);

  public AppSpec {
    Preconditions.checkArgument(!name.isBlank(), "an application needs a name");
    Preconditions.checkArgument(min >= 0, "min is %s, but cannot be negative", min);
    Preconditions.checkArgument(
        concurrency >= 0, "concurrency is %s, but cannot be negative", concurrency);
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
        SpawnMethod.SMART,
        0,
        USUAL_CONCURRENCY,
        DEFAULT_START_TIMEOUT,
        AppLimits.NONE,
        RunAs.OWNER,
        null);
  }

  public AppSpec withKind(AppKind kind) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withEntry(@Nullable String entry) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withCommand(List<String> command) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        ImmutableList.copyOf(command),
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withEnv(Map<String, String> env) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        ImmutableMap.copyOf(env),
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withSpawn(SpawnMethod spawn) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withMin(int min) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withConcurrency(int concurrency) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withStartTimeout(Duration startTimeout) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withLimits(AppLimits limits) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withRunAs(RunAs runAs) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }

  public AppSpec withLog(@Nullable Path log) {
    return new AppSpec(
        name,
        root,
        kind,
        entry,
        command,
        env,
        spawn,
        min,
        concurrency,
        startTimeout,
        limits,
        runAs,
        log);
  }
}
