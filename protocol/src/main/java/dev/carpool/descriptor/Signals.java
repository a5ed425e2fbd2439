package dev.carpool.descriptor;

import java.io.IOException;

/** Signals to processes and their groups. */
public final class Signals {
  public static final int TERM = 15;
  public static final int KILL = 9;

  private Signals() {}

  /**
   * Sends a signal to every process of a group.
   *
   * @return whether there was such a group
   */
  public static boolean sendToGroup(long leader, int signal) throws IOException {
    return kill(-Math.toIntExact(leader), signal);
  }

  /** Sends a signal to one process. Returns whether there was such a process. */
  public static boolean send(long pid, int signal) throws IOException {
    return kill(Math.toIntExact(pid), signal);
  }

  private static boolean kill(int target, int signal) throws IOException {
    Scratch scratch = Scratch.get();
    if (Syscall.KILL.call(scratch, target, signal) == 0) {
      return true;
    }
    if (Errno.of(scratch.errno()) == Errno.ESRCH) {
      return false;
    }
    throw new ErrnoException("kill " + target, scratch.errno());
  }
}
