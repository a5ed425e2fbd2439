package dev.carpool.spawn;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Django's {@code manage.py}: the entry is in the one package beside it with a {@code wsgi.py}. */
record DjangoSign() implements Sign {

  @Override
  public String file() {
    return "manage.py";
  }

  @Override
  public Optional<Shown> in(Path root) {
    if (!Files.isRegularFile(root.resolve(file()))) {
      return Optional.empty();
    }
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
    return Optional.of(new Shown(project.getFileName() + ".wsgi", project.resolve("wsgi.py")));
  }
}
