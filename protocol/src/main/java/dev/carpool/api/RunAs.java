package dev.carpool.api;

import org.jspecify.annotations.Nullable;

/**
 * Whose processes those of an application are, and with what rights. Users and groups are names, or
 * numbers in digits. Only a server that is root can change them.
 *
 * @param user null for the owner of the file that starts the application
 * @param group null for the user's own group and all that the user is a member of
 * @param umask the bits that new files do not get
 * @param maxFiles descriptors that a process may have open (RLIMIT_NOFILE)
 */
public record RunAs(@Nullable String user, @Nullable String group, int umask, int maxFiles) {

  public static final int DEFAULT_UMASK = 0022;

  /** As many as a login usually gets; the server's own limit is far above. */
  public static final int DEFAULT_MAX_FILES = 1024;

  /** The owner of the file that starts the application, with the usual rights. */
  public static final RunAs OWNER = new RunAs(null, null, DEFAULT_UMASK, DEFAULT_MAX_FILES);
}
