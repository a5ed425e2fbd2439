package dev.carpool.spawn;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A folder that each user may enter, wherever the checkout is, with a copy of the helpers in it.
 */
public final class OpenFolder implements AutoCloseable {

  private final Path folder;

  public OpenFolder() throws IOException {
    folder = Files.createTempDirectory("users");
    mode(folder, "rwxr-xr-x");
    Path python = folder("helpers/python");
    try (Stream<Path> files = Files.list(Path.of("../spawn-helpers/python"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        mode(Files.copy(file, python.resolve(file.getFileName())), "rw-r--r--");
      }
    }
  }

  /** Skips the test, aloud, when it is not root who runs it. */
  public static void assumeRoot() {
    if (!"root".equals(System.getProperty("user.name"))) {
      System.out.println("Skipped: only root can start processes as others");
      Assumptions.abort("only root can start processes as others");
    }
  }

  public Path helpers() {
    return folder.resolve("helpers");
  }

  /** A folder of root's that everybody may read. */
  public Path folder(String name) throws IOException {
    Path made = Files.createDirectories(folder.resolve(name));
    Path at = folder;
    for (Path part : folder.relativize(made)) {
      at = mode(at.resolve(part), "rwxr-xr-x");
    }
    return made;
  }

  /** A file that everybody may read and its owner write. */
  public static Path file(Path file, String text) throws IOException {
    mode(Files.writeString(file, text), "rw-r--r--");
    return file;
  }

  public static Path mode(Path file, String permissions) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  public static void give(String user, Path... files) throws IOException {
    for (Path file : List.of(files)) {
      Files.setOwner(
          file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
    }
  }

  @Override
  public void close() throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path emptied, @Nullable IOException e)
              throws IOException {
            Files.delete(emptied);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
