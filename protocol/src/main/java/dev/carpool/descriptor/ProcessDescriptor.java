package dev.carpool.descriptor;

import java.io.IOException;

/** A descriptor that stands for a process (pidfd), whoever's child it is. */
public final class ProcessDescriptor {

  /** The number of pidfd_open on every architecture; older C libraries have no function for it. */
  private static final int PIDFD_OPEN = 434;

  private ProcessDescriptor() {}

  /**
   * Opens one. It is close-on-exec, owned by the caller, and becomes readable when the process
   * ends.
   *
   * @throws ErrnoException ESRCH if there is no such process any more; ENOSYS before Linux 5.3
   */
  public static Descriptor open(long pid) throws IOException {
    Scratch scratch = Scratch.get();
    int number = Syscall.SYSCALL.call(scratch, PIDFD_OPEN, pid, 0);
    if (number < 0) {
      throw new ErrnoException("pidfd_open " + pid, scratch.errno());
    }
    return Descriptor.adopt(number);
  }
}
