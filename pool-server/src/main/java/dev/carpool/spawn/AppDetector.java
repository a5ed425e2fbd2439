package dev.carpool.spawn;

import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds out how an application is run from the files in its root. */
public final class AppDetector {

  private static final List<String> WSGI_FILES = List.of("wsgi.py", "passenger_wsgi.py", "app.py");

  private AppDetector() {}

  /** What an application was recognised as, and by which file. */
  public record Found(AppKind kind, String entry, Path by) {}

  /**
   * Looks for {@code wsgi.py}, {@code passenger_wsgi.py} and {@code app.py}, then for the one
   * package with a {@code wsgi.py} beside Django's {@code manage.py}.
   */
  public static Optional<Found> detect(Path root) {
    for (String file : WSGI_FILES) {
      Path path = root.resolve(file);
      if (Files.isRegularFile(path)) {
        return Optional.of(new Found(AppKind.WSGI, file.substring(0, file.length() - 3), path));
      }
    }
    return Files.isRegularFile(root.resolve("manage.py")) ? django(root) : Optional.empty();
  }

  private static Optional<Found> django(Path root) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> packages = Files.newDirectoryStream(root)) {
      for (Path directory : packages) {
        if (Files.isRegularFile(directory.resolve("wsgi.py"))) {
          found.add(directory);
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    if (found.size() != 1) {
      return Optional.empty();
    }
    Path project = found.getFirst();
    return Optional.of(
        new Found(AppKind.WSGI, project.getFileName() + ".wsgi", project.resolve("wsgi.py")));
  }

  /** The application with its kind and entry filled in. */
  static AppSpec resolve(AppSpec app) throws StartProblem {
    if (!Files.isDirectory(app.root())) {
      throw new StartProblem(
          "its root "
              + app.root()
              + (Files.exists(app.root()) ? " is no directory" : " does not exist"),
          "give the directory with the application's code as root");
    }
    if (app.kind() != AppKind.AUTO) {
      return app;
    }
    Found found =
        detect(app.root())
            .orElseThrow(
                () ->
                    new StartProblem(
                        "nothing in " + app.root() + " says how to run it",
                        "expected one of "
                            + String.join(", ", WSGI_FILES)
                            + " or Django's manage.py; or set kind and entry in carpool.toml"));
    AppSpec resolved = app.withKind(found.kind());
    return app.entry() == null ? resolved.withEntry(found.entry()) : resolved;
  }
}
