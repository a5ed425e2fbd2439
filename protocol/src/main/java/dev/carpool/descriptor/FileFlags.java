package dev.carpool.descriptor;

import java.io.IOException;

/** The flags and sizes that fcntl(2) sets. */
final class FileFlags {

  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int FD_CLOEXEC = 1;
  private static final int O_NONBLOCK = 0x800;

  private FileFlags() {}

  static void setNonBlocking(int number) throws IOException {
    fcntl(number, F_SETFL, fcntl(number, F_GETFL, 0) | O_NONBLOCK);
  }

  static void setBlocking(int number) throws IOException {
    fcntl(number, F_SETFL, fcntl(number, F_GETFL, 0) & ~O_NONBLOCK);
  }

  static void setCloseOnExec(int number) throws IOException {
    fcntl(number, F_SETFD, FD_CLOEXEC);
  }

  /** Another number for the same thing, kept from being inherited. */
  static int duplicate(int number) throws IOException {
    return fcntl(number, F_DUPFD_CLOEXEC, 0);
  }

  /** Asks for room in a pipe, and returns how much there is. */
  static int setPipeSize(int number, int bytes) throws IOException {
    return fcntl(number, F_SETPIPE_SZ, bytes);
  }

  private static int fcntl(int number, int command, int argument) throws IOException {
    Scratch scratch = Scratch.get();
    int result = Syscall.FCNTL.call(scratch, number, command, argument);
    if (result < 0) {
      throw new ErrnoException("fcntl", scratch.errno());
    }
    return result;
  }
}
