package dev.carpool.descriptor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import java.util.Set;

/** What a group may do, beside the owner, with a file that belongs to this process's user. */
public final class GroupAccess {

  private GroupAccess() {}

  /**
   * Gives a file these permissions, and to this group what they say of a group; without one to its
   * owner alone.
   *
   * @param file where nobody else can have put another
   * @param permissions as {@code ls -l} shows them
   * @throws IOException if this process may not; the message says what to do. The group has no
   *     access then that it did not have before
   */
  public static void set(Path file, OptionalLong group, String permissions) throws IOException {
    Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(permissions);
    if (group.isPresent()) {
      give(file, group.getAsLong());
    } else {
      wanted.removeIf(permission -> permission.name().startsWith("GROUP_"));
    }
    Files.setPosixFilePermissions(file, wanted);
  }

  private static void give(Path file, long group) throws IOException {
    try {
      Files.setAttribute(file, "unix:gid", (int) group);
    } catch (IOException e) {
      throw new IOException(
          "cannot give %s to group %d (%s); a server that is not root's can only name groups that it is in"
              .formatted(file, group, e.getMessage()),
          e);
    }
  }
}
