package dev.carpool.spawn;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file by which a kind of application is recognised, and the entry that it means. */
interface Sign {

  /**
   * What a sign shows.
   *
   * @param entry where the application starts, in the terms of its kind
   * @param by the file
   */
  record Shown(String entry, Path by) {}

  /** The name of the file. */
  String file();

  Optional<Shown> in(Path root);

  /** A file of this name in the root, which is itself the entry. */
  static Sign file(String name) {
    return new FileSign(name, name);
  }

  /** A file of this name in the root, whose name without its ending is the entry. */
  static Sign module(String name) {
    return new FileSign(name, name.substring(0, name.lastIndexOf('.')));
  }

  /** A file of this name in the root, which means this entry. */
  static Sign file(String name, String entry) {
    return new FileSign(name, entry);
  }

  /** A folder of this name in the root, which means this entry. */
  static Sign folder(String name, String entry) {
    return new FolderSign(name, entry);
  }

  /** A folder in the root. */
  record FolderSign(String file, String entry) implements Sign {
    @Override
    public Optional<Shown> in(Path root) {
      Path path = root.resolve(file);
      return Files.isDirectory(path) ? Optional.of(new Shown(entry, path)) : Optional.empty();
    }
  }

  /** A file in the root. */
  record FileSign(String file, String entry) implements Sign {
    @Override
    public Optional<Shown> in(Path root) {
      Path path = root.resolve(file);
      return Files.isRegularFile(path) ? Optional.of(new Shown(entry, path)) : Optional.empty();
    }
  }
}
