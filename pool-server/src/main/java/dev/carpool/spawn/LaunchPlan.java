package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.descriptor.Account;
import dev.carpool.relay.Dialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What exactly is executed for an application: words, environment, directory, and as whom.
 *
 * @param command the words, with full paths
 * @param environment all of it; nothing else of the server's is inherited
 * @param directory to execute it in, without links
 * @param identity as whom
 * @param chain what stands before the command
 * @param preloads whether it can load the application and fork the processes that serve it
 * @param listens how it is spoken with if it listens by itself; null for a helper, which has a line
 * @param form how its line is spoken
 */
record LaunchPlan(
    ImmutableList<String> command,
    ImmutableMap<String, String> environment,
    Path directory,
    Identity identity,
    ExecChain chain,
    boolean preloads,
    @Nullable Listens listens,
    Frames.Form form) {

  /**
   * Of a program that listens by itself.
   *
   * @param concurrency requests at once
   */
  record Listens(Dialect dialect, int concurrency) {}

  /** The server's variables that an application may see. */
  private static final Set<String> INHERITED =
      Set.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR");

  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

  private static final String OTHER_USER =
      "let the user in (chmod, chown), or run it as another: user = \"...\" in carpool.toml";

  /**
   * Plans the start of an application.
   *
   * @param helpers the folder with the helpers, one folder a language
   * @param server the server's own environment
   */
  static LaunchPlan of(AppSpec app, Path helpers, Map<String, String> server) throws StartProblem {
    try {
      return planned(app, helpers, server);
    } catch (InvalidPathException e) {
      throw new StartProblem(
          "its entry or command is no path: " + e.getReason(), "correct entry or command");
    }
  }

  private static LaunchPlan planned(AppSpec app, Path helpers, Map<String, String> server)
      throws StartProblem {
    AppSpec resolved = AppDetector.resolve(app);
    Path root = real(resolved.root());
    Path startFile = StartFile.of(resolved, root);
    Identity identity = Identity.of(resolved, root, startFile, server);
    Reach reach = new Reach(identity, server);
    reach.require(Reach.Wish.ENTER, root, ", its root", OTHER_USER);
    reach.require(Reach.Wish.READ, startFile, ", where its start file %s is", OTHER_USER);

    ImmutableMap<String, String> environment =
        environment(resolved, identity, DotEnvFile.read(root, identity, server), server);
    Language language = Language.of(resolved.kind());
    ImmutableList<String> command = command(resolved, language, root, helpers, reach, environment);
    Listens listens = language.listens(root, resolved);
    ExecChain chain = ExecChain.of(identity, resolved.runAs(), server, listens != null);
    ExecChain.check(environment);
    Notices.say(app.name(), identity.notice());
    return new LaunchPlan(
        command, environment, root, identity, chain, language.preloads(), listens, language.form());
  }

  /** The same, but to load the application and to fork. */
  LaunchPlan forPreloader() {
    ImmutableMap<String, String> told =
        ImmutableMap.<String, String>builder()
            .putAll(environment)
            .put("CARPOOL_PRELOAD", "1")
            .buildKeepingLast();
    return new LaunchPlan(command, told, directory, identity, chain, false, null, form);
  }

  private static Path real(Path root) throws StartProblem {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      throw new StartProblem("its root " + root + " cannot be found: " + e.getMessage(), "");
    }
  }

  private static ImmutableList<String> command(
      AppSpec app,
      Language language,
      Path root,
      Path helpers,
      Reach reach,
      Map<String, String> environment)
      throws StartProblem {
    String path = environment.getOrDefault("PATH", DEFAULT_PATH);
    List<String> words = app.command();
    String entry = app.entry();
    if (words.isEmpty() && language.kind() == AppKind.HTTP && entry != null) {
      words = List.of("sh", "-c", ProcfileSign.shellLine(entry));
    }
    if (words.isEmpty() && language.interpreter() == null) {
      throw new StartProblem(
          "it is of kind " + language.kind().word() + ", but has no command",
          "set command to " + language.title());
    }
    if (words.isEmpty()) {
      words = List.of(language.interpreter());
    }
    ImmutableList.Builder<String> command = ImmutableList.builder();
    Path program = program(words.getFirst(), language, root, path, reach);
    reach.require(Reach.Wish.EXECUTE, program, ", where its program %s is", OTHER_USER);
    command.add(program.toString()).addAll(words.subList(1, words.size()));
    if (language.helper() != null) {
      Path helper = helper(helpers.resolve(language.helper()));
      reach.require(
          Reach.Wish.READ,
          helper,
          ", where Carpool's own helper %s is",
          "open that folder for all, or install Carpool where all may read, as in /opt");
      command.add(helper.toString());
    }
    return command.build();
  }

  private static ImmutableMap<String, String> environment(
      AppSpec app, Identity identity, Map<String, String> dotEnv, Map<String, String> server) {
    ImmutableMap.Builder<String, String> environment = ImmutableMap.builder();
    environment.put("PATH", DEFAULT_PATH);
    server.forEach(
        (name, value) -> {
          // A folder for root's temporary files may be closed to others, who have /tmp.
          boolean others = identity.isRestricted() && name.equals("TMPDIR");
          if (!others && (INHERITED.contains(name) || name.startsWith("LC_"))) {
            environment.put(name, value);
          }
        });
    Account account = identity.account();
    if (account != null) {
      environment.put("HOME", account.home());
      environment.put("USER", account.name());
      environment.put("LOGNAME", account.name());
      environment.put("SHELL", account.shell());
    }
    environment.putAll(Language.of(app.kind()).environment());
    environment.putAll(dotEnv);
    environment.putAll(app.env());
    environment.put("CARPOOL_APP", app.name());
    environment.put(
        "CARPOOL_CONCURRENCY", Integer.toString(Language.of(app.kind()).concurrency(app)));
    environment.put("CARPOOL_ENTRY", app.entry() == null ? "" : app.entry());
    return environment.buildKeepingLast();
  }

  private static Path helper(Path file) throws StartProblem {
    if (!Files.isRegularFile(file)) {
      throw new StartProblem(
          "Carpool's own helper " + file + " is missing",
          "reinstall Carpool, or set the system property carpool.helpers to the folder spawn-helpers");
    }
    return file;
  }

  private static Path program(String word, Language language, Path root, String path, Reach reach)
      throws StartProblem {
    if (word.contains("/")) {
      Path program = root.resolve(word);
      if (!Files.isExecutable(program) || Files.isDirectory(program)) {
        throw new StartProblem(
            program + (Files.exists(program) ? " cannot be executed" : " does not exist"),
            "correct the program's path, or make it executable");
      }
      return program;
    }
    Path forOthers = null;
    for (String directory : path.split(":", -1)) {
      // An empty word would be the server's own directory, which is nothing to an application.
      Path program = root.resolve(directory).resolve(word);
      if (!Files.isExecutable(program) || Files.isDirectory(program)) {
        continue;
      }
      if (reach.seemsAllowed(Reach.Wish.EXECUTE, program)) {
        return program;
      }
      forOthers = forOthers == null ? program : forOthers;
    }
    if (forOthers != null) {
      return forOthers; // and the report will say what keeps the user from it
    }
    throw new StartProblem(
        "there is no program '" + word + "' in " + path,
        language.interpreter() == null
            ? "install it, or give its full path in command"
            : "install it, or give its full path (%s = \"/usr/bin/%s\")"
                .formatted(language.kind().interpreterKey(), language.interpreter()));
  }
}
