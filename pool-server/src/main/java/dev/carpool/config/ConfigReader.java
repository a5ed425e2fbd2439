package dev.carpool.config;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.carpool.api.PoolLimits;
import dev.carpool.backlog.ListenerName;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/** Reads one file from top to bottom and notes all that is wrong, then says yes or no. */
final class ConfigReader {

  private static final ImmutableSet<String> TOP =
      ImmutableSet.of("environment", "pool", "gateway", "backlog", "app", "admin");
  private static final ImmutableSet<String> POOL =
      ImmutableSet.of(
          "max",
          "max_per_app",
          "max_idle_time",
          "max_preloader_idle_time",
          "max_spawning",
          "queue_max",
          "queue_timeout");
  private static final ImmutableSet<String> GATEWAY = ImmutableSet.of("max_body");
  private static final ImmutableSet<String> BACKLOG = ImmutableSet.of("watch");
  private static final Pattern APP_NAME = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final long LARGEST_FILE = 1 << 20;

  private final Path file;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> doubts = new ArrayList<>();

  private final AppKeys appKeys;

  private ConfigReader(Path file) {
    this.file = file;
    appKeys = new AppKeys(file, doubts);
  }

  static ServerConfig read(Path file) throws ConfigException {
    return new ConfigReader(file).read(text(file));
  }

  static ServerConfig parse(Path file, String text) throws ConfigException {
    return new ConfigReader(file).read(text);
  }

  private static String text(Path file) throws ConfigException {
    try {
      if (Files.isRegularFile(file) && Files.size(file) > LARGEST_FILE) {
        throw refused(file, "is larger than 1MiB, which no carpool.toml is");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw refused(file, "there is no such file");
    } catch (CharacterCodingException e) {
      throw refused(file, "is not a text in UTF-8");
    } catch (IOException e) {
      throw refused(file, "cannot be read: " + e);
    }
  }

  private static ConfigException refused(Path file, String why) {
    return new ConfigException(List.of(new Problem(file, 0, 0, why)));
  }

  private ServerConfig read(String text) throws ConfigException {
    TomlParseResult parsed = toml(text);
    Section top = new Section(file, problems, parsed, "", TomlPosition.positionAt(1, 1));
    ServerConfig config = config(top);
    if (parsed.hasErrors()) {
      syntax(parsed.errors());
    }
    if (!problems.isEmpty()) {
      problems.sort(Problem.BY_PLACE);
      throw new ConfigException(problems);
    }
    return config;
  }

  private TomlParseResult toml(String text) throws ConfigException {
    try {
      return Toml.parse(text);
    } catch (RuntimeException | AssertionError e) {
      // The parser stumbles over some texts that are broken in several ways at once.
      throw refused(file, "is no TOML: " + e.getMessage());
    }
  }

  /**
   * Adds what is no TOML. What the parser made of the lines after it is a guess, so problems found
   * there are dropped: they may not be the writer's.
   */
  private void syntax(List<TomlParseError> errors) {
    int first = errors.stream().mapToInt(e -> e.position().line()).min().orElse(0);
    problems.removeIf(problem -> problem.line() >= first);
    for (TomlParseError error : errors) {
      problems.add(
          new Problem(
              file,
              error.position().line(),
              error.position().column(),
              Section.shown(String.valueOf(error.getMessage()))));
    }
  }

  private ServerConfig config(Section top) {
    top.allow(TOP);
    Section pool = top.table("pool");
    Section gateway = top.table("gateway");
    Section apps = top.table("app");

    PoolLimits limits = PoolLimits.DEFAULT;
    Duration queueTimeout = ServerConfig.DEFAULT_QUEUE_TIMEOUT;
    Duration preloaderIdleTime = ServerConfig.DEFAULT_PRELOADER_IDLE_TIME;
    if (pool != null) {
      pool.allow(POOL);
      limits = limits(pool);
      queueTimeout = pool.time("queue_timeout", SHORTEST, queueTimeout);
      preloaderIdleTime = pool.time("max_preloader_idle_time", Duration.ZERO, preloaderIdleTime);
    }
    long maxBody = ServerConfig.DEFAULT_MAX_BODY;
    if (gateway != null) {
      gateway.allow(GATEWAY);
      maxBody = gateway.size("max_body", maxBody);
    }
    Section backlog = top.table("backlog");
    ImmutableList<ListenerName> watch = ImmutableList.of();
    if (backlog != null) {
      backlog.allow(BACKLOG);
      watch = backlog.list("watch", ListenerName::parse);
    }
    ImmutableList.Builder<ServerConfig.App> served = ImmutableList.builder();
    if (apps != null) {
      int minimums = 0;
      for (String name : apps.keys()) {
        ServerConfig.App app = app(apps, name, limits);
        if (app != null) {
          served.add(app);
          minimums += app.spec().min();
        }
      }
      if (minimums > limits.max()) {
        doubts.add(
            apps.problem(
                apps.position(),
                "the apps' 'min' add up to %d processes, but [pool] max is %d"
                    .formatted(minimums, limits.max())));
      }
    }
    return new ServerConfig(
        limits,
        queueTimeout,
        preloaderIdleTime,
        maxBody,
        top.word("environment", Environment.PRODUCTION),
        served.build(),
        ImmutableList.sortedCopyOf(Problem.BY_PLACE, doubts),
        AdminKeys.read(top.table("admin"), file.toAbsolutePath().resolveSibling("").normalize()),
        watch);
  }

  private static PoolLimits limits(Section pool) {
    PoolLimits usual = PoolLimits.DEFAULT;
    return new PoolLimits(
        pool.number("max", 1, usual.max()),
        pool.number("max_per_app", 0, usual.maxPerApp()),
        pool.time("max_idle_time", Duration.ZERO, usual.maxIdleTime()),
        pool.number("max_spawning", 1, usual.maxSpawning()),
        pool.number("queue_max", 0, usual.queueMax()));
  }

  private ServerConfig.@Nullable App app(Section apps, String name, PoolLimits limits) {
    if (!APP_NAME.matcher(name).matches()) {
      apps.wrong(
          apps.at(name),
          "'%s' cannot name an app; use letters, digits, '.', '_' and '-'"
              .formatted(Section.shown(name)));
      return null;
    }
    Section app = apps.table(name);
    if (app == null) {
      return null;
    }
    return appKeys.app(app, name, limits);
  }
}
