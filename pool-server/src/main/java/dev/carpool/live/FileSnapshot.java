package dev.carpool.live;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the files of an application looked like in one moment, to be compared with another. Left out
 * is what {@link SourceFiles} leaves out, and what an application, an editor or a tool writes where
 * sources are: databases, hidden files, virtual environments. Links to files are followed, those to
 * folders are not.
 *
 * @param files what can be told of each without reading it
 * @param isWhole whether all files are in it; if not, those deeper down are missing
 */
record FileSnapshot(Map<Path, Stamp> files, boolean isWhole) {

  /** Files and folders that are looked at, which takes about 20 milliseconds. */
  static final int MOST = 5_000;

  /** Read by servers of files alone, not when a process starts. */
  private static final String PUBLIC = "public";

  private static final String VIRTUAL_ENVIRONMENT = "pyvenv.cfg";

  private static final Pattern WRITTEN =
      Pattern.compile(
          "\\.(?!env$).*|#.*#|.*~|.*\\.(pyc|log|pid|sock|swp|tmp)"
              + "|.*\\.(db|sqlite|sqlite3)(-journal|-wal|-shm)?");

  /** Differs when a file was written, replaced, or came to be readable. */
  record Stamp(Object inode, long size, FileTime written, Set<PosixFilePermission> mode) {
    private static Stamp of(PosixFileAttributes file) {
      return new Stamp(file.fileKey(), file.size(), file.lastModifiedTime(), file.permissions());
    }
  }

  /** Takes one, the files near the root first. A root that cannot be read has no files. */
  static FileSnapshot of(Path root) {
    Map<Path, Stamp> files = new HashMap<>();
    Queue<Path> folders = new ArrayDeque<>();
    folders.add(root);
    int looks = 0;
    for (Path folder = folders.poll(); folder != null; folder = folders.poll()) {
      List<Path> entries = entries(folder);
      boolean isRoot = folder.equals(root);
      if (!isRoot && entries.contains(folder.resolve(VIRTUAL_ENVIRONMENT))) {
        continue;
      }
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (SourceFiles.SKIPPED.contains(name)
            || (isRoot && name.equals(PUBLIC))
            || WRITTEN.matcher(name).matches()) {
          continue;
        }
        if (++looks > MOST) {
          return new FileSnapshot(files, false);
        }
        look(entry, files, folders);
      }
    }
    return new FileSnapshot(files, true);
  }

  private static List<Path> entries(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> listing = Files.newDirectoryStream(folder)) {
      for (Path entry : listing) {
        entries.add(entry);
        if (entries.size() > 2 * MOST) {
          break;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      entries.clear(); // gone meanwhile, or not for us
    }
    return entries;
  }

  private static void look(Path entry, Map<Path, Stamp> files, Queue<Path> folders) {
    try {
      var found = Files.readAttributes(entry, PosixFileAttributes.class, NOFOLLOW_LINKS);
      if (found.isDirectory()) {
        folders.add(entry);
        return;
      }
      if (found.isSymbolicLink()) {
        found = Files.readAttributes(entry, PosixFileAttributes.class);
        if (found.isDirectory()) {
          return;
        }
      }
      files.put(entry, Stamp.of(found));
    } catch (IOException e) {
      // Gone meanwhile, or a link to nothing.
    }
  }

  /**
   * Says in words what is different in a later one; null if nothing is.
   *
   * @param root that the names are told from
   */
  @Nullable String changeTo(FileSnapshot later, Path root) {
    if (files.equals(later.files)) {
      return null;
    }
    TreeSet<Path> changed = new TreeSet<>();
    later.files.forEach(
        (file, stamp) -> {
          if (!stamp.equals(files.get(file))) {
            changed.add(file);
          }
        });
    files.keySet().stream().filter(file -> !later.files.containsKey(file)).forEach(changed::add);
    Path first = changed.getFirst();
    String what =
        !later.files.containsKey(first)
            ? " is gone"
            : files.containsKey(first) ? " has changed" : " is new";
    int others = changed.size() - 1;
    return root.relativize(first) + what + (others == 0 ? "" : " (and " + others + " more)");
  }
}
