package dev.carpool.spawn;

import com.google.common.collect.ImmutableMap;

/**
 * How a process ended, in words.
 *
 * @param value as the JVM gives it: the status, or 128 and the signal's number
 */
record ExitStatus(int value) {

  /** That of a process whose parent, a preloader, ended before it. */
  static final ExitStatus UNKNOWN = new ExitStatus(-1);

  /** What is above is a status: php-cgi, for one, exits with 255. */
  private static final int MOST_SIGNALS = 64;

  private static final ImmutableMap<Integer, String> SIGNALS =
      ImmutableMap.<Integer, String>builder()
          .put(1, "SIGHUP")
          .put(2, "SIGINT")
          .put(3, "SIGQUIT")
          .put(4, "SIGILL")
          .put(6, "SIGABRT")
          .put(7, "SIGBUS")
          .put(8, "SIGFPE")
          .put(9, "SIGKILL")
          .put(11, "SIGSEGV")
          .put(13, "SIGPIPE")
          .put(15, "SIGTERM")
          .put(24, "SIGXCPU")
          .put(25, "SIGXFSZ")
          .put(31, "SIGSYS")
          .buildOrThrow();

  /** What to do when nobody wanted it to end so; empty if nothing is known. */
  String advice() {
    return switch (value - 128) {
      case 4, 7, 8, 11 -> "look at its modules in C: the interpreter itself was brought down";
      case 9 -> "if nobody killed it, the kernel may have run out of memory (see dmesg)";
      case 24, 25, 31 -> "see the limits that it runs under (ulimit, systemd)";
      default ->
          value == 126 || value == 127
              ? "see its last words: a program, or the interpreter in its first line, cannot be executed"
              : "";
    };
  }

  /** {@code "exited with status 1"}, {@code "was ended by SIGKILL"}. */
  @Override
  public String toString() {
    if (value < 0) {
      return "ended, and nobody knows how: its preloader had ended before";
    }
    int signal = value - 128;
    return signal <= 0 || signal > MOST_SIGNALS
        ? "exited with status " + value
        : "was ended by " + SIGNALS.getOrDefault(signal, "signal " + signal);
  }
}
