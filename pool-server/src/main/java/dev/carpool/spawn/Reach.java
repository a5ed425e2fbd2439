package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import dev.carpool.descriptor.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a user can get at. A process that was started as somebody who may not enter its own folders
 * would die with a riddle; this finds the folder.
 *
 * <p>The bits of the mode are a guess, for there are access control lists: what they forbid is
 * asked of the kernel, in the user's name, before anything is said.
 */
final class Reach {

  /** What is wanted of a file, as a bit of its mode. */
  enum Wish {
    READ("read", "-r", 4),
    EXECUTE("execute", "-x", 1),
    ENTER("enter", "-x", 1);

    private final String word;
    private final String test;
    private final int bit;

    Wish(String word, String test, int bit) {
      this.word = word;
      this.test = test;
      this.bit = bit;
    }
  }

  private final Identity identity;
  private final Map<String, String> server;

  /**
   * @param server the server's own environment
   */
  Reach(Identity identity, Map<String, String> server) {
    this.identity = identity;
    this.server = server;
  }

  /**
   * Makes sure that a file can be used.
   *
   * @param what it is, for the report
   * @param advice what to do beside opening the folder
   */
  void require(Wish wish, Path file, String what, String advice) throws StartProblem {
    String obstacle = obstacle(wish, file);
    if (!obstacle.isEmpty() && !kernelAllows(wish, file)) {
      throw new StartProblem(
          "%s cannot %s%s".formatted(identity.name(), obstacle, what.formatted(file)), advice);
    }
  }

  /** Whether a file can be used as far as its mode says; true for a user who is not restricted. */
  boolean seemsAllowed(Wish wish, Path file) {
    return obstacle(wish, file).isEmpty();
  }

  /** What the mode of a file, or of a folder on the way to it, forbids; empty if nothing. */
  private String obstacle(Wish wish, Path file) {
    Account account = identity.account();
    if (account == null || !identity.isRestricted()) {
      return "";
    }
    try {
      for (Path way : List.of(file, file.toRealPath())) {
        for (Path folder : foldersAbove(way)) {
          if (!allowed(folder, Wish.ENTER, account)) {
            return "enter " + described(folder);
          }
        }
      }
      return allowed(file, wish, account) ? "" : wish.word + " " + described(file);
    } catch (IOException e) {
      return wish.word + " " + file;
    }
  }

  private static List<Path> foldersAbove(Path file) {
    List<Path> folders = new ArrayList<>();
    for (Path at = file.toAbsolutePath().getParent(); at != null; at = at.getParent()) {
      folders.add(at);
    }
    Collections.reverse(folders);
    return folders;
  }

  private boolean allowed(Path file, Wish wish, Account account) throws IOException {
    long uid = number(file, "uid");
    long gid = number(file, "gid");
    long mode = number(file, "mode");
    int shift = 0;
    if (uid == account.uid()) {
      shift = 6;
    } else if (gid == identity.gid() || identity.groups().contains(gid)) {
      shift = 3;
    }
    return (mode >> shift & wish.bit) != 0;
  }

  private static long number(Path file, String fact) throws IOException {
    return Integer.toUnsignedLong((Integer) Files.getAttribute(file, "unix:" + fact));
  }

  private static String described(Path file) throws IOException {
    PosixFileAttributes facts =
        Files.readAttributes(
            file.toRealPath(), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return "%s (%s%s %s %s)"
        .formatted(
            file,
            facts.isDirectory() ? "d" : "-",
            PosixFilePermissions.toString(facts.permissions()),
            facts.owner().getName(),
            facts.group().getName());
  }

  private boolean kernelAllows(Wish wish, Path file) throws StartProblem {
    List<String> words =
        ImmutableList.<String>builder()
            .addAll(Privileges.setpriv(identity, server))
            .add(SystemProgram.path("test", server), wish.test, file.toString())
            .build();
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().clear();
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process test = builder.start();
      test.getOutputStream().close();
      if (!test.waitFor(5, TimeUnit.SECONDS)) {
        test.destroyForcibly();
        return false;
      }
      return test.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
