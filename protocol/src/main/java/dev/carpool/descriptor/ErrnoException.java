package dev.carpool.descriptor;

import java.io.IOException;

/** A system call that failed, with the kernel's reason by name. */
public final class ErrnoException extends IOException {

  private final Errno errno;

  ErrnoException(String call, int number) {
    this(call, Errno.of(number));
  }

  ErrnoException(String call, Errno errno) {
    super(call + " failed: " + errno.name() + " (" + errno.meaning() + ")");
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }
}
