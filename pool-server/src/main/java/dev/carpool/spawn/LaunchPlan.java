package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What exactly is executed for an application: words, environment, directory.
 *
 * @param command the words, with full paths
 * @param environment all of it; nothing else of the server's is inherited
 * @param directory to execute it in
 * @param preloads whether it can load the application and fork the processes that serve it
 */
record LaunchPlan(
    ImmutableList<String> command,
    ImmutableMap<String, String> environment,
    Path directory,
    boolean preloads) {

  /** The server's variables that an application may see. */
  private static final Set<String> INHERITED =
      Set.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR");

  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

  /**
   * Plans the start of an application.
   *
   * @param helpers the folder with the helpers, one folder a language
   * @param server the server's own environment
   */
  static LaunchPlan of(AppSpec app, Path helpers, Map<String, String> server) throws StartProblem {
    AppSpec resolved = AppDetector.resolve(app);
    ImmutableMap<String, String> environment = environment(resolved, server);
    String path = environment.getOrDefault("PATH", DEFAULT_PATH);
    ImmutableList.Builder<String> command = ImmutableList.builder();
    switch (resolved.kind()) {
      case WSGI -> {
        List<String> interpreter =
            resolved.command().isEmpty() ? List.of("python3") : resolved.command();
        command.addAll(withFullPath(interpreter, resolved.root(), path));
        command.add(helper(helpers.resolve("python/carpool_wsgi.py")));
      }
      case HELPER -> {
        if (resolved.command().isEmpty()) {
          throw new StartProblem(
              "it is of kind helper, but has no command",
              "set command to the program that speaks the helper contract");
        }
        command.addAll(withFullPath(resolved.command(), resolved.root(), path));
      }
      case AUTO -> throw new AssertionError("resolved before");
    }
    return new LaunchPlan(
        command.build(), environment, resolved.root(), resolved.kind() == AppKind.WSGI);
  }

  /** The same, but to load the application and to fork. */
  LaunchPlan forPreloader() {
    ImmutableMap<String, String> told =
        ImmutableMap.<String, String>builder()
            .putAll(environment)
            .put("CARPOOL_PRELOAD", "1")
            .buildOrThrow();
    return new LaunchPlan(command, told, directory, false);
  }

  private static ImmutableMap<String, String> environment(AppSpec app, Map<String, String> server) {
    ImmutableMap.Builder<String, String> environment = ImmutableMap.builder();
    environment.put("PATH", DEFAULT_PATH);
    server.forEach(
        (name, value) -> {
          if (INHERITED.contains(name) || name.startsWith("LC_")) {
            environment.put(name, value);
          }
        });
    environment.putAll(app.env());
    environment.put("CARPOOL_APP", app.name());
    environment.put("CARPOOL_CONCURRENCY", Integer.toString(app.concurrency()));
    environment.put("CARPOOL_ENTRY", app.entry() == null ? "" : app.entry());
    return environment.buildKeepingLast();
  }

  private static String helper(Path file) throws StartProblem {
    if (!Files.isRegularFile(file)) {
      throw new StartProblem(
          "Carpool's own helper " + file + " is missing",
          "reinstall Carpool, or set the system property carpool.helpers to the folder spawn-helpers");
    }
    return file.toString();
  }

  private static List<String> withFullPath(List<String> command, Path root, String path)
      throws StartProblem {
    ImmutableList.Builder<String> words = ImmutableList.builder();
    words.add(program(command.getFirst(), root, path));
    return words.addAll(command.subList(1, command.size())).build();
  }

  private static String program(String word, Path root, String path) throws StartProblem {
    if (word.contains("/")) {
      Path program = root.resolve(word);
      if (!Files.isExecutable(program) || Files.isDirectory(program)) {
        throw new StartProblem(
            program + (Files.exists(program) ? " cannot be executed" : " does not exist"),
            "correct the program's path, or make it executable");
      }
      return program.toString();
    }
    for (String directory : path.split(":", -1)) {
      Path program = Path.of(directory.isEmpty() ? "." : directory, word);
      if (Files.isExecutable(program) && !Files.isDirectory(program)) {
        return program.toAbsolutePath().toString();
      }
    }
    throw new StartProblem(
        "there is no program '" + word + "' in " + path,
        "install it, or give its full path (python = \"/usr/bin/python3\")");
  }
}
