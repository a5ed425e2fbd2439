package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;

/** The two ends of a pipe, close-on-exec, both owned by the caller. */
public record Pipe(Descriptor readEnd, Descriptor writeEnd) {

  private static final int O_CLOEXEC = 0x80000;

  public static Pipe open() throws IOException {
    Scratch scratch = Scratch.get();
    try {
      int result = (int) Syscalls.Pipe2.CALL.invokeExact(scratch.errno, scratch.ints, O_CLOEXEC);
      if (result < 0) {
        throw new ErrnoException("pipe2", scratch.errno());
      }
    } catch (Throwable e) {
      throw Descriptor.thrown(e);
    }
    return new Pipe(
        Descriptor.adopt(scratch.ints.get(JAVA_INT, 0)),
        Descriptor.adopt(scratch.ints.get(JAVA_INT, 4)));
  }
}
