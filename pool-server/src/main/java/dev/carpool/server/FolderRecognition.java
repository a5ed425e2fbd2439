package dev.carpool.server;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.spawn.AppDetector;
import dev.carpool.spawn.Language;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the folder of {@code carpool serve DIR} is run: as its files show, or as was chosen.
 *
 * @param kind {@link AppKind#AUTO} if nothing was chosen
 * @param interpreter null for the usual one
 */
record FolderRecognition(AppKind kind, @Nullable String interpreter) {

  /**
   * An application that was recognised.
   *
   * @param how what it was taken for and why, in a line for whoever started the server
   */
  record Recognised(AppSpec app, String how) {}

  /** Takes the options that choose. */
  static FolderRecognition take(Arguments arguments) throws MisuseException {
    AppKind kind = kind(arguments.option("--kind"));
    String interpreter = null;
    for (var choice : AppKind.byInterpreterKey().entrySet()) {
      String program = arguments.option("--" + choice.getKey());
      if (program == null) {
        continue;
      }
      if (kind != AppKind.AUTO && kind != choice.getValue()) {
        throw new MisuseException(
            "--" + choice.getKey() + " has no meaning for applications of kind " + kind.word());
      }
      kind = choice.getValue();
      interpreter = program;
    }
    return new FolderRecognition(kind, interpreter);
  }

  /** One of those that need no command: a folder alone has none. */
  private static AppKind kind(@Nullable String word) throws MisuseException {
    if (word == null) {
      return AppKind.AUTO;
    }
    ImmutableList<AppKind> kinds = Language.recognisable();
    for (AppKind kind : kinds) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw new MisuseException(
        "--kind is "
            + String.join(" or ", kinds.stream().map(AppKind::word).toList())
            + ", not '"
            + word
            + "'");
  }

  static String help() {
    return """
      --kind WORD        how the folder is run, where its files show more than one way:
                         wsgi (Python), rack (Ruby), cgi, php, psgi (Perl), node,
                         or http (the line web of a Procfile)
      --python PROGRAM   the interpreter for a Python application; python3 if not given
      --ruby PROGRAM     the interpreter for a Ruby application; ruby if not given
      --php PROGRAM      the php-cgi for a PHP application; php-cgi if not given
      --perl PROGRAM     the interpreter for a Perl application; perl if not given
      --node PROGRAM     the program for a Node application; node if not given
    """;
  }

  /**
   * Recognises an application.
   *
   * @param folder null for the working directory
   */
  Recognised of(@Nullable Path folder) throws MisuseException {
    Path root = (folder == null ? Path.of("") : folder).toAbsolutePath().normalize();
    if (!Files.isDirectory(root)) {
      throw new MisuseException(
          root + (Files.exists(root) ? " is no folder." : " does not exist."));
    }
    ImmutableList<AppDetector.Found> all = AppDetector.detect(root);
    for (AppDetector.Found found : all) {
      if (kind == AppKind.AUTO || kind == found.language().kind()) {
        return recognised(root, found, all);
      }
    }
    throw new MisuseException(
        "Nothing in "
            + root
            + " says how to run it: no "
            + (kind == AppKind.AUTO ? Language.allSigns() : Language.signsOf(kind))
            + ". With -c carpool.toml anything can be named.");
  }

  private Recognised recognised(Path root, AppDetector.Found taken, List<AppDetector.Found> all) {
    Path folder = root.getFileName();
    String name = folder == null ? "app" : folder.toString();
    AppSpec app =
        AppSpec.named(name, root).withKind(taken.language().kind()).withEntry(taken.entry());
    StringBuilder how = new StringBuilder(name).append(" is recognised as ");
    how.append(seen(root, taken));
    for (AppDetector.Found found : all) {
      if (found != taken) {
        how.append(", not as ")
            .append(seen(root, found))
            .append(" (--kind ")
            .append(found.language().kind().word())
            .append(" chooses that)");
      }
    }
    return new Recognised(
        interpreter == null ? app : app.withCommand(List.of(interpreter)), how.toString());
  }

  private static String seen(Path root, AppDetector.Found found) {
    return found.language().title() + " by " + root.relativize(found.by());
  }
}
