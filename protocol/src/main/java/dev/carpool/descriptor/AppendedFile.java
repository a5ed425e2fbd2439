package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A regular file that is only ever appended to, also by other processes at the same time.
 *
 * <p>Its folder may belong to somebody who is not trusted, so what stands there under its name is
 * looked at before it is written to. Writes wait for the disk. For one thread at a time.
 */
public final class AppendedFile implements AutoCloseable {

  // O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC; without waiting, lest a FIFO hold us
  // up.
  private static final int FLAGS = 1 | 0x40 | 0x400 | 0x800 | 0x80000;

  /** O_NOFOLLOW, whose number is another one on ARM. */
  private static final int NO_FOLLOW =
      System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;

  private static final int MODE = 0640;
  private static final int BUFFER = 64 * 1024;

  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_TYPE = 1;
  private static final int STATX_SIZE = 256;
  private static final int STATX_MODE = 28;
  private static final int TYPE_BITS = 0xf000;
  private static final int REGULAR = 0x8000;

  private final Descriptor descriptor;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER);

  private AppendedFile(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Opens a file, or makes it with mode 0640 less the umask.
   *
   * @throws ErrnoException ELOOP if its name is a symbolic link, which is not followed
   * @throws IOException if it is no regular file
   */
  public static AppendedFile open(Path path) throws IOException {
    Scratch scratch = Scratch.get();
    try (Arena arena = Arena.ofConfined()) {
      long name = Syscall.at(Syscall.cString(arena, path));
      int number = Syscall.OPEN.call(scratch, name, FLAGS | NO_FOLLOW, MODE);
      if (number < 0) {
        throw new ErrnoException("open", scratch.errno());
      }
      Descriptor descriptor = Descriptor.adopt(number);
      try {
        if (type(arena, number) != REGULAR) {
          throw new IOException("it is no regular file");
        }
        return new AppendedFile(descriptor);
      } catch (IOException | RuntimeException e) {
        descriptor.close();
        throw e;
      }
    }
  }

  private static int type(Arena arena, int number) throws IOException {
    Scratch scratch = Scratch.get();
    MemorySegment status = arena.allocate(STATX_SIZE, 8);
    long nothing = Syscall.at(Syscall.cString(arena, ""));
    if (Syscall.STATX.call(scratch, number, nothing, AT_EMPTY_PATH, STATX_TYPE, Syscall.at(status))
        < 0) {
      throw new ErrnoException("statx", scratch.errno());
    }
    return status.get(JAVA_SHORT_UNALIGNED, STATX_MODE) & TYPE_BITS;
  }

  /**
   * Appends some of these bytes, in one go what fits into 64 KiB.
   *
   * @return how many, at least one
   */
  public int append(byte[] bytes, int from, int length) throws IOException {
    int n = Math.min(length, BUFFER);
    MemorySegment.copy(bytes, from, buffer, JAVA_BYTE, 0, n);
    return descriptor.write(buffer.asSlice(0, n));
  }

  @Override
  public void close() {
    descriptor.close();
    arena.close();
  }
}
