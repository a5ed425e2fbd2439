package dev.carpool.descriptor;

import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect to a Unix socket.
 *
 * @param owner null for the user of this process
 * @param group null for the group that the kernel gives it
 * @param mode the bits of chmod(2), of which those for writing allow to connect
 */
public record SocketPermissions(
    @Nullable UserPrincipal owner, @Nullable GroupPrincipal group, int mode) {

  public static final int DEFAULT_MODE = 0660;

  /** This process's user and group, and nobody else. */
  public static final SocketPermissions DEFAULT = new SocketPermissions(null, null, DEFAULT_MODE);

  public SocketPermissions {
    if (mode < 0 || mode > 0777) {
      throw new IllegalArgumentException("not a mode: " + Integer.toOctalString(mode));
    }
  }
}
