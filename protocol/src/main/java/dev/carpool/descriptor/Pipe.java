package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;

/** The two ends of a pipe, close-on-exec, both owned by the caller. */
public record Pipe(Descriptor readEnd, Descriptor writeEnd) {

  private static final int O_CLOEXEC = 0x80000;

  public static Pipe open() throws IOException {
    Scratch scratch = Scratch.get();
    if (Syscall.PIPE2.call(scratch, Syscall.at(scratch.ints), O_CLOEXEC) < 0) {
      throw new ErrnoException("pipe2", scratch.errno());
    }
    return new Pipe(
        Descriptor.adopt(scratch.ints.get(JAVA_INT, 0)),
        Descriptor.adopt(scratch.ints.get(JAVA_INT, 4)));
  }
}
