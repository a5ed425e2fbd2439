package dev.carpool.spawn;

import dev.carpool.api.AppSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The file that starts an application; its owner is whose processes they are. */
final class StartFile {

  private StartFile() {}

  /**
   * The module that is imported first, or the command of a helper that lies below the root; the
   * root itself where there is no such file.
   *
   * @param app with its kind filled in
   * @param root its root, without links
   */
  static Path of(AppSpec app, Path root) {
    return switch (app.kind()) {
      case WSGI -> wsgi(app, root).orElse(root);
      case HELPER -> command(app, root).orElse(root);
      case AUTO -> throw new AssertionError("resolved before");
    };
  }

  private static Optional<Path> wsgi(AppSpec app, Path root) {
    String entry = app.entry();
    if (entry == null || entry.isEmpty()) {
      return AppDetector.detect(root).map(AppDetector.Found::by);
    }
    int colon = entry.indexOf(':');
    String module = (colon < 0 ? entry : entry.substring(0, colon)).replace('.', '/');
    for (String file : List.of(module + "/__init__.py", module + ".py")) {
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
