package dev.carpool.live;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether an application's files are newer than its processes. What is written while it runs does
 * not count, nor do times of directories, which change with that. Links are not followed, save the
 * root itself.
 */
final class SourceFiles {

  /** Files that are looked at, which takes about a second; more are taken as newer. */
  static final int MOST = 100_000;

  /** Folders whose files are none of the application's sources. */
  static final Set<String> SKIPPED = Set.of("tmp", "log", ".git", "__pycache__", "node_modules");

  /** The kernel's clock for files is behind by up to a tick. */
  private static final Duration TICK = Duration.ofMillis(10);

  private SourceFiles() {}

  /**
   * Says in words what is newer than that instant; null if nothing is.
   *
   * @param root of an application; if it cannot be read, that is said as well
   */
  static @Nullable String newer(Path root, Instant since) {
    try {
      Path real = root.toRealPath();
      Look look = new Look(real, since.minus(TICK));
      Files.walkFileTree(real, look);
      return look.newer;
    } catch (IOException e) {
      return "cannot look for newer files: " + e;
    }
  }

  /** One walk. It ends with the first file that is newer. */
  private static final class Look extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Instant since;
    private int files;
    private @Nullable String newer;

    Look(Path root, Instant since) {
      this.root = root;
      this.since = since;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      boolean skipped = !directory.equals(root) && SKIPPED.contains(nameOf(directory));
      return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    private static String nameOf(Path directory) {
      return String.valueOf(directory.getFileName());
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (file.toString().endsWith(".pyc")) {
        return FileVisitResult.CONTINUE;
      }
      FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime", NOFOLLOW_LINKS);
      if (++files > MOST) {
        newer = "it has more than " + MOST + " files";
      } else if (attributes.lastModifiedTime().toInstant().isAfter(since)
          || changed.toInstant().isAfter(since)) {
        newer = file + " is newer";
      }
      return newer == null ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE; // gone meanwhile, or not for us
    }
  }
}
