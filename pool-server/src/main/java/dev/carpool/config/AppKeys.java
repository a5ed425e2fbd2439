package dev.carpool.config;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.SpawnMethod;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of an application. */
final class AppKeys {

  private static final ImmutableSet<String> KEYS =
      ImmutableSet.<String>builder()
          .add("root", "kind", "entry", "command", "spawn", "min", "max")
          .addAll(AppKind.byInterpreterKey().keySet())
          .add("concurrency", "max_idle_time", "start_timeout", "max_requests")
          .add("max_request_time", "slow_request_time")
          .add("memory_limit", "hard_memory_limit", "listen", "log")
          .addAll(ListenKeys.PERMISSIONS)
          .addAll(RunAsKeys.KEYS)
          .add("env")
          .build();

  private static final Duration SHORTEST = Duration.ofMillis(1);

  private final Path file;
  private final List<Problem> doubts;
  private final ListenKeys listenKeys;

  AppKeys(Path file, List<Problem> doubts) {
    this.file = file;
    this.doubts = doubts;
    listenKeys = new ListenKeys(file);
  }

  ServerConfig.App app(Section app, String name, PoolLimits pool) {
    app.allow(KEYS);
    Path root = root(app);
    AppKind kind = kind(app);
    AppLimits limits = limits(app);
    AppSpec spec =
        AppSpec.named(name, root == null ? Path.of("/") : root)
            .withKind(kind)
            .withEntry(app.text("entry"))
            .withCommand(command(app, kind, root))
            .withEnv(app.variables("env"))
            .withSpawn(app.word("spawn", SpawnMethod.SMART))
            .withMin(min(app, limits.max(), pool))
            .withConcurrency(app.number("concurrency", 1, AppSpec.USUAL_CONCURRENCY))
            .withStartTimeout(app.time("start_timeout", SHORTEST, AppSpec.DEFAULT_START_TIMEOUT))
            .withLimits(limits)
            .withRunAs(RunAsKeys.read(app))
            .withLog(log(app));
    ListenKeys.Listening listening = listenKeys.read(app, name);
    boolean speaksFastCgi =
        listening.listeners().stream().anyMatch(Listener.FastCgi.class::isInstance);
    if (speaksFastCgi && kind == AppKind.AUTO) {
      spec = spec.withKind(AppKind.PHP);
    } else if (speaksFastCgi && kind != AppKind.PHP && kind != AppKind.HTTP) {
      app.wrong(
          app.at("listen"),
          "'fastcgi:' is for kind = \"php\" or \"http\", and this is \"%s\"; listen on 'scgi:'"
              .formatted(kind.word()));
    }
    return new ServerConfig.App(spec, listening.listeners(), listening.permissions());
  }

  /** The kind that is named, or the one whose interpreter is. */
  private static AppKind kind(Section app) {
    AppKind kind = app.word("kind", AppKind.AUTO);
    if (kind != AppKind.AUTO) {
      return kind;
    }
    for (var interpreter : AppKind.byInterpreterKey().entrySet()) {
      if (app.has(interpreter.getKey())) {
        return interpreter.getValue();
      }
    }
    return kind;
  }

  private int min(Section app, int max, PoolLimits pool) {
    int min = app.number("min", 0, 0);
    if (max > 0 && min > max) {
      doubts.add(
          app.problem(app.at("min"), "'min' is %d, but its 'max' is %d".formatted(min, max)));
    } else if (pool.maxPerApp() > 0 && min > pool.maxPerApp()) {
      doubts.add(
          app.problem(
              app.at("min"),
              "'min' is %d, but [pool] max_per_app is %d".formatted(min, pool.maxPerApp())));
    }
    return min;
  }

  private AppLimits limits(Section app) {
    Duration mostTime = app.time("max_request_time", Duration.ZERO, Duration.ZERO);
    Duration slow = app.time("slow_request_time", Duration.ZERO, Duration.ZERO);
    if (mostTime.isPositive() && slow.compareTo(mostTime) >= 0) {
      doubts.add(
          app.problem(
              app.at("slow_request_time"),
              "'slow_request_time' is not below 'max_request_time', so it is never reached"));
    }
    long memory = app.size("memory_limit", 0);
    long hardMemory = app.size("hard_memory_limit", 0);
    if (hardMemory > 0 && memory >= hardMemory) {
      doubts.add(
          app.problem(
              app.at("memory_limit"),
              "'memory_limit' is not below 'hard_memory_limit', so it is never reached"));
    }
    return new AppLimits(
        app.number("max_requests", 0, 0),
        mostTime,
        slow,
        memory,
        hardMemory,
        app.number("max", 0, 0),
        app.has("max_idle_time") ? app.time("max_idle_time", Duration.ZERO, Duration.ZERO) : null);
  }

  private @Nullable Path root(Section app) {
    if (!app.has("root")) {
      app.wrong(app.position(), "this app has no 'root'; name the directory with its code");
      return null;
    }
    String text = app.text("root");
    if (text == null) {
      return null;
    }
    try {
      // Made absolute first: a bare file name has no parent.
      Path root = file.toAbsolutePath().resolveSibling(text).normalize();
      if (!Files.isDirectory(root)) {
        doubts.add(
            app.problem(app.at("root"), "there is no directory " + Section.shown("" + root)));
      }
      return root;
    } catch (InvalidPathException e) {
      app.wrong(app.at("root"), "'root' is not a path: " + e.getReason());
      return null;
    }
  }

  /** The file for what the app prints; null for the server's log. */
  private @Nullable Path log(Section app) {
    String text = app.text("log");
    if (text == null) {
      return null;
    }
    try {
      Path log = file.toAbsolutePath().resolveSibling(text).normalize();
      Path folder = log.getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        doubts.add(
            app.problem(app.at("log"), "there is no directory " + Section.shown("" + folder)));
      } else if (Files.isDirectory(log)) {
        doubts.add(app.problem(app.at("log"), Section.shown("" + log) + " is a directory"));
      }
      return log;
    } catch (InvalidPathException e) {
      app.wrong(app.at("log"), "'log' is not a path: " + e.getReason());
      return null;
    }
  }

  /** The words that start the app. A program with a slash in its name counts from the root. */
  private static ImmutableList<String> command(Section app, AppKind kind, @Nullable Path root) {
    ImmutableList<String> command = app.list("command", word -> word);
    boolean runsCommand = kind == AppKind.HELPER || kind == AppKind.HTTP;
    boolean procfile =
        kind == AppKind.HTTP && root != null && Files.exists(root.resolve("Procfile"));
    if (runsCommand && !app.has("command") && !app.has("entry") && !procfile) {
      app.wrong(
          app.at("kind"),
          "kind \"%s\" needs 'command', a list of words to execute".formatted(kind.word()));
    }
    if (app.has("command") && !runsCommand) {
      app.wrong(
          app.at("command"),
          "'command' belongs to kind = \"helper\" or \"http\"; the interpreter of other kinds is '%s'"
              .formatted(String.join("' or '", AppKind.byInterpreterKey().keySet())));
    } else if (app.has("command") && (command.isEmpty() || command.get(0).isBlank())) {
      app.wrong(app.at("command"), "'command' must name a program");
    }
    for (var interpreter : AppKind.byInterpreterKey().entrySet()) {
      String key = interpreter.getKey();
      String program = app.text(key);
      if (program != null && interpreter.getValue() == kind) {
        command =
            ImmutableList.of(
                program.indexOf('/') < 0 || root == null
                    ? program
                    : root.resolve(program).toString());
      } else if (program != null) {
        String own = kind.interpreterKey();
        app.wrong(
            app.at(key),
            app.has("kind")
                ? "'%s' has no meaning for kind = \"%s\"; say '%s'"
                    .formatted(key, kind.word(), own == null ? "command" : own)
                : "'%s' and '%s' belong to different kinds; keep one".formatted(own, key));
      }
    }
    return command;
  }
}
