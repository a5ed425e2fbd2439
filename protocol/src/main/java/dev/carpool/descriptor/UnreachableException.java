package dev.carpool.descriptor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Nobody could be reached on a named socket; says what was missing, and how long it was tried. */
public final class UnreachableException extends IOException {

  private final Errno errno;

  UnreachableException(Path socket, ErrnoException last, int tries, Duration time) {
    super(
        words(socket, last.errno())
            + (tries == 1 ? "" : " (%d tries in %d ms)".formatted(tries, time.toMillis())),
        last);
    this.errno = last.errno();
  }

  /**
   * ENOENT: there is no such socket, or not yet; ECONNREFUSED: nobody listens on it any more;
   * EAGAIN: somebody listens, but its backlog is full.
   */
  public Errno errno() {
    return errno;
  }

  /** The three reasons that may pass, told apart. */
  static String words(Path socket, Errno errno) {
    return switch (errno) {
      case ENOENT -> "there is no socket " + socket;
      case ECONNREFUSED -> "nobody listens on " + socket;
      case EAGAIN -> "the backlog of " + socket + " is full: somebody listens and does not accept";
      default -> "cannot connect to %s: %s (%s)".formatted(socket, errno, errno.meaning());
    };
  }

  /** Whether waiting may help. */
  public static boolean mayPass(Errno errno) {
    return switch (errno) {
      case ENOENT, ECONNREFUSED, EAGAIN -> true;
      default -> false;
    };
  }
}
