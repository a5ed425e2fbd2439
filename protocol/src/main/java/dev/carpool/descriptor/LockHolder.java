package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Who holds a POSIX lock on a file, asked of the kernel, which takes locks back from the dead. */
public final class LockHolder {

  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final int F_GETLK = 5;
  private static final short F_WRLCK = 1;
  private static final short F_UNLCK = 2;

  // struct flock where offsets have 64 bits
  private static final int SIZE = 32;
  private static final int TYPE = 0;
  private static final int PID = 24;

  private LockHolder() {}

  /**
   * The process that holds a lock on a file; empty if nobody does.
   *
   * <p>Not to be asked of a file on which this process itself has a lock: the kernel does not tell
   * of that, and takes it away when the file is closed here.
   *
   * @return its pid, 0 if it is in another pid namespace
   * @throws ErrnoException ENOENT if there is no such file, EACCES if this user may not read it
   */
  public static OptionalLong of(Path file) throws IOException {
    Scratch scratch = Scratch.get();
    try (Arena arena = Arena.ofConfined()) {
      long name = Syscall.at(Syscall.cString(arena, file));
      int number = Syscall.OPEN.call(scratch, name, O_RDONLY_CLOEXEC, 0);
      if (number < 0) {
        throw new ErrnoException("open " + file, scratch.errno());
      }
      try (Descriptor open = Descriptor.adopt(number)) {
        MemorySegment lock = arena.allocate(SIZE, 8); // zeros: the whole file
        lock.set(JAVA_SHORT, TYPE, F_WRLCK);
        if (Syscall.FCNTL.call(scratch, open.number(), F_GETLK, Syscall.at(lock)) < 0) {
          throw new ErrnoException("fcntl", scratch.errno());
        }
        return lock.get(JAVA_SHORT, TYPE) == F_UNLCK
            ? OptionalLong.empty()
            : OptionalLong.of(lock.get(JAVA_INT, PID));
      }
    }
  }
}
