package dev.carpool.spawn;

import dev.carpool.api.AppSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The file that starts an application; its owner is whose processes they are. */
final class StartFile {

  private StartFile() {}

  /**
   * The file that an entry means, or where the command is the whole program, the command if it lies
   * below the root; the root itself where there is no such file.
   *
   * @param app with its kind filled in
   * @param root its root, without links
   */
  static Path of(AppSpec app, Path root) {
    Language language = Language.of(app.kind());
    boolean runsCommand = language.interpreter() == null;
    return (runsCommand ? command(app, root) : entry(app, language, root)).orElse(root);
  }

  private static Optional<Path> entry(AppSpec app, Language language, Path root) {
    String entry = app.entry();
    if (entry == null || entry.isEmpty()) {
      return AppDetector.detect(root, language).map(AppDetector.Found::by);
    }
    for (String file : language.startFiles().apply(entry)) {
      Path path = root.resolve(file);
      if (Files.isRegularFile(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  private static Optional<Path> command(AppSpec app, Path root) {
    if (app.command().isEmpty() || app.command().getFirst().indexOf('/') < 0) {
      return Optional.empty();
    }
    Path program = root.resolve(app.command().getFirst()).normalize();
    try {
      // Below the root as it was written or as it really is: one of them may have links in it.
      boolean inside =
          program.startsWith(root)
              || program.startsWith(app.root())
              || program.toRealPath().startsWith(root);
      return inside && Files.isRegularFile(program) ? Optional.of(program) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
