package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds out how an application is run from the files in its root. */
public final class AppDetector {

  private AppDetector() {}

  /** What an application was recognised as, where it starts, and by which file that was seen. */
  public record Found(Language language, String entry, Path by) {}

  /** Everything that a folder can be run as; what is taken, if nobody chooses, is first. */
  public static ImmutableList<Found> detect(Path root) {
    ImmutableList.Builder<Found> found = ImmutableList.builder();
    for (Language language : Language.ALL) {
      detect(root, language).ifPresent(found::add);
    }
    return found.build();
  }

  /** Where an application of this kind starts. */
  static Optional<Found> detect(Path root, Language language) {
    for (Sign sign : language.signs()) {
      Optional<Sign.Shown> shown = sign.in(root);
      if (shown.isPresent()) {
        return shown.map(it -> new Found(language, it.entry(), it.by()));
      }
    }
    return Optional.empty();
  }

  /** Whether its processes serve connections on which HTTP is spoken, as far as its files show. */
  public static boolean speaksHttp(AppSpec app) {
    AppKind kind = app.kind();
    if (kind == AppKind.AUTO) {
      kind = detect(app.root()).stream().map(it -> it.language().kind()).findFirst().orElse(kind);
    }
    return kind == AppKind.NODE;
  }

  /** The application with its kind filled in, and its entry where the files show one. */
  static AppSpec resolve(AppSpec app) throws StartProblem {
    if (!Files.isDirectory(app.root())) {
      throw new StartProblem(
          "its root "
              + app.root()
              + (Files.exists(app.root()) ? " is no directory" : " does not exist"),
          "give the directory with the application's code as root");
    }
    if (app.kind() != AppKind.AUTO) {
      return app.entry() != null
          ? app
          : detect(app.root(), Language.of(app.kind()))
              .map(found -> app.withEntry(found.entry()))
              .orElse(app);
    }
    ImmutableList<Found> all = detect(app.root());
    if (all.isEmpty()) {
      throw new StartProblem(
          "nothing in " + app.root() + " says how to run it",
          "expected one of " + Language.allSigns() + "; or set kind and entry in carpool.toml");
    }
    Found found = all.getFirst();
    AppSpec resolved = app.withKind(found.language().kind());
    return app.entry() == null ? resolved.withEntry(found.entry()) : resolved;
  }
}
