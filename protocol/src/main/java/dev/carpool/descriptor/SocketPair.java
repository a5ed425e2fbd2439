package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;

/**
 * Two connected Unix stream sockets. They are close-on-exec from the first moment, and the caller
 * owns both.
 */
public record SocketPair(Descriptor ours, Descriptor theirs) implements AutoCloseable {

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;

  /**
   * Makes a pair.
   *
   * @throws ErrnoException EMFILE or ENFILE when there are no descriptors left
   */
  public static SocketPair open() throws IOException {
    Scratch scratch = Scratch.get();
    long numbers = Syscall.at(scratch.ints);
    if (Syscall.SOCKETPAIR.call(scratch, AF_UNIX, SOCK_STREAM_CLOEXEC, 0, numbers) < 0) {
      throw new ErrnoException("socketpair", scratch.errno());
    }
    return new SocketPair(
        Descriptor.adopt(scratch.ints.get(JAVA_INT, 0)),
        Descriptor.adopt(scratch.ints.get(JAVA_INT, 4)));
  }

  @Override
  public void close() {
    ours.close();
    theirs.close();
  }
}
