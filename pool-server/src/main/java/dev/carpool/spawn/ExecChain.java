package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.api.RunAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands before a program: one process that becomes a session leader, another user, and a
 * shell that sets umask, limit and environment, and then the program.
 *
 * <p>The application's variables travel under names without a meaning until the process is the
 * application's user. Else an LD_PRELOAD of an application would be loaded into {@code setsid} and
 * {@code setpriv}, which are root's.
 *
 * @param first the words as far as the shell, the first of them a full path
 * @param limits what the shell does before it sets the environment
 */
record ExecChain(ImmutableList<String> first, String limits) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Pattern HARD_LIMIT =
      Pattern.compile("Max open files\\s+\\S+\\s+(\\d+|unlimited)");

  /**
   * The chain for an application.
   *
   * @param server the server's own environment
   * @param mortal whether the kernel ends the program when the server is gone: it has no line by
   *     which it would notice
   */
  static ExecChain of(Identity identity, RunAs rights, Map<String, String> server, boolean mortal)
      throws StartProblem {
    ImmutableList.Builder<String> first = ImmutableList.builder();
    first.add(SystemProgram.path("setsid", server));
    int maxFiles = rights.maxFiles();
    long hardLimit = hardLimit();
    if (maxFiles > hardLimit && identity.account() != null) {
      String both = maxFiles + ":" + maxFiles;
      first.add(SystemProgram.path("prlimit", server), "--nofile=" + both, "--");
    } else if (maxFiles > hardLimit && maxFiles != RunAs.DEFAULT_MAX_FILES) {
      throw new StartProblem(
          "max_files is %d, but the server itself may have %d files open at most"
              .formatted(maxFiles, hardLimit),
          "lower max_files, or raise the server's hard limit (ulimit -Hn, LimitNOFILE)");
    } else {
      maxFiles = (int) Math.min(maxFiles, hardLimit);
    }
    ImmutableList<String> setpriv = Privileges.setpriv(identity, server);
    first.add(setpriv.getFirst());
    if (mortal) {
      first.add("--pdeathsig=TERM");
    }
    first.addAll(setpriv.subList(1, setpriv.size()));
    first.add(SystemProgram.path("sh", server));
    return new ExecChain(
        first.build(), "umask %04o; ulimit -n %d; ".formatted(rights.umask(), maxFiles));
  }

  /** Refuses what a shell cannot set. */
  static void check(Map<String, String> environment) throws StartProblem {
    for (String name : environment.keySet()) {
      if (!NAME.matcher(name).matches()) {
        throw new StartProblem(
            "its environment has a variable '" + name + "', which is no name of one",
            "names are made of letters, digits and '_'");
      }
    }
  }

  /**
   * All words, behind which the program's follow.
   *
   * @param environment of the program
   * @param form how its line is spoken
   */
  ImmutableList<String> words(ImmutableMap<String, String> environment, Frames.Form form) {
    StringBuilder script = new StringBuilder("set -e; unset PWD OLDPWD; ").append(limits);
    // Quoted, so that no value is looked at by the shell.
    carried(environment)
        .keySet()
        .forEach(carrier -> script.append("export \"$%1$s\"; unset %1$s; ".formatted(carrier)));
    // Node cannot move its channel away from descriptor 0 by itself.
    script.append(
        form == Frames.Form.JSON
            ? "NODE_CHANNEL_FD=3; export NODE_CHANNEL_FD; exec \"$@\" 3<&0 </dev/null"
            : "exec \"$@\"");
    return ImmutableList.<String>builder()
        .addAll(first)
        .add("-c", script.toString(), "carpool")
        .build();
  }

  /** The environment of the first program, in which the other one's is hidden. */
  ImmutableMap<String, String> carried(ImmutableMap<String, String> environment) {
    String prefix = unusedPrefix(environment);
    ImmutableMap.Builder<String, String> carried = ImmutableMap.builder();
    int number = 0;
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      carried.put(prefix + number++, variable.getKey() + "=" + variable.getValue());
    }
    return carried.buildOrThrow();
  }

  private static String unusedPrefix(Map<String, String> environment) {
    StringBuilder prefix = new StringBuilder("CARRIED_");
    while (environment.keySet().stream().anyMatch(name -> name.startsWith(prefix.toString()))) {
      prefix.append('_');
    }
    return prefix.toString();
  }

  private static long hardLimit() {
    try {
      Matcher found = HARD_LIMIT.matcher(Files.readString(LIMITS));
      return found.find() && !found.group(1).equals("unlimited")
          ? Long.parseLong(found.group(1))
          : Long.MAX_VALUE;
    } catch (IOException e) {
      return Long.MAX_VALUE; // no such limit is known, and ulimit will say so if there is one
    }
  }
}
