package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.AppSpec;
import dev.carpool.api.RunAs;
import dev.carpool.descriptor.Account;
import dev.carpool.descriptor.UserDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Whose process is started: a user of this machine, or whoever the server is.
 *
 * <p>Only a server that is root can choose. It takes the configured user, else the owner of the
 * start file, and never root unless root was named.
 *
 * @param account null if the process stays what the server is, which is not root
 * @param gid the group; of no meaning without an account
 * @param groups all groups beside it
 * @param notice what the operator should know about the choice; empty if nothing
 */
record Identity(@Nullable Account account, long gid, ImmutableList<Long> groups, String notice) {

  /** Names the user for what belongs to root, in the environment of the server. */
  static final String DEFAULT_USER = "CARPOOL_DEFAULT_USER";

  private static final String USUAL_DEFAULT_USER = "nobody";
  private static final long ROOT = 0;

  /** Of a process that stays what the server is. */
  static final Identity SERVERS_OWN = new Identity(null, 0, ImmutableList.of(), "");

  /**
   * Decides for an application.
   *
   * @param root of the application, without links
   * @param startFile the file whose owner counts
   * @param server the server's own environment
   */
  static Identity of(AppSpec app, Path root, Path startFile, Map<String, String> server)
      throws StartProblem {
    try {
      return UserDatabase.effectiveUid() == ROOT
          ? chosenByRoot(app.runAs(), root, startFile, server)
          : unprivileged(app.runAs(), UserDatabase.effectiveUid(), UserDatabase.effectiveGid());
    } catch (IOException e) {
      throw new StartProblem(
          "it cannot be said whose processes they are: " + e.getMessage(),
          "name a user of this machine: user = \"...\" in carpool.toml");
    }
  }

  /** The identity of a server that may not choose; what is asked of it must be what it is. */
  static Identity unprivileged(RunAs wish, long uid, long gid) throws IOException, StartProblem {
    if (wish.user() != null && existing(wish.user()).uid() != uid) {
      throw new StartProblem(
          "it is to run as user %s, but the server is %s, and only a server that is root can switch"
              .formatted(wish.user(), nameOf(uid)),
          "start the server as root, or as " + wish.user() + ", or take 'user' out");
    }
    if (wish.group() != null && existingGroup(wish.group()) != gid) {
      throw new StartProblem(
          "it is to run in group %s, but only a server that is root can switch"
              .formatted(wish.group()),
          "start the server as root, or take 'group' out");
    }
    return SERVERS_OWN;
  }

  private static Identity chosenByRoot(
      RunAs wish, Path root, Path startFile, Map<String, String> server)
      throws IOException, StartProblem {
    if (wish.user() != null) {
      return of(existing(wish.user()), wish.group(), "");
    }
    Path file = startFile.toRealPath();
    long owner = owner(file, root);
    Account account = owner == ROOT ? null : UserDatabase.user(owner);
    if (account != null) {
      return of(account, wish.group(), "");
    }
    String named = server.getOrDefault(DEFAULT_USER, "");
    Account usual = existing(named.isBlank() ? USUAL_DEFAULT_USER : named);
    String notice =
        named.isBlank()
            ? "runs as user %s, since %s belongs to %s; user = \"...\" in carpool.toml changes that, or %s in the server's environment"
                .formatted(usual.name(), file, nameOf(owner), DEFAULT_USER)
            : "";
    return of(usual, wish.group(), notice);
  }

  /**
   * The owner of the start file. What root has put into somebody's folder runs as that somebody,
   * who may change all of it. But whoever puts a link to another's file into an own folder must not
   * become that other.
   */
  private static long owner(Path file, Path root) throws IOException, StartProblem {
    long ofFile = uid(file);
    long ofRoot = uid(root);
    if (ofFile != ofRoot && ofFile != ROOT && ofRoot != ROOT) {
      throw new StartProblem(
          "its start file %s belongs to %s, but its root %s to %s, so it is not clear whose processes they are"
              .formatted(file, nameOf(ofFile), root, nameOf(ofRoot)),
          "give both to one user (chown), or say user = \"...\" in carpool.toml");
    }
    return ofFile == ROOT ? ofRoot : ofFile;
  }

  private static Identity of(Account account, @Nullable String group, String notice)
      throws IOException, StartProblem {
    if (group != null) {
      return new Identity(account, existingGroup(group), ImmutableList.of(), notice);
    }
    List<Long> groups = UserDatabase.groups(account);
    return new Identity(account, account.gid(), ImmutableList.copyOf(groups), notice);
  }

  private static Account existing(String user) throws IOException, StartProblem {
    Account account = UserDatabase.user(user);
    if (account == null) {
      throw new StartProblem(
          "this machine has no user '" + user + "'", "make it (adduser), or name another");
    }
    return account;
  }

  private static long existingGroup(String group) throws IOException, StartProblem {
    OptionalLong gid = UserDatabase.group(group);
    return gid.orElseThrow(
        () ->
            new StartProblem(
                "this machine has no group '" + group + "'",
                "make it (addgroup), or name another"));
  }

  private static long uid(Path file) throws IOException {
    return Integer.toUnsignedLong((Integer) Files.getAttribute(file, "unix:uid"));
  }

  static String nameOf(long uid) throws IOException {
    Account account = UserDatabase.user(uid);
    return account == null ? "the user with number " + uid : account.name();
  }

  /** Whether it is another user than root to whom the server, which is root, switches. */
  boolean isRestricted() {
    return account != null && account.uid() != ROOT;
  }

  /** For messages. */
  String name() {
    return account == null ? "the server's user" : "user " + account.name();
  }
}
