package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

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
  private static final int TYPE_AND_SIZE = 0x1 | 0x200;
  private static final int STATX_LENGTH = 256;
  private static final int STATX_MODE = 28;
  private static final int STATX_SIZE = 40;
  private static final int TYPE_BITS = 0xf000;
  private static final int REGULAR = 0x8000;

  private final Descriptor descriptor;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER);

  private final boolean begunEmpty;

  private AppendedFile(Descriptor descriptor, boolean begunEmpty) {
    this.descriptor = descriptor;
    this.begunEmpty = begunEmpty;
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
        MemorySegment status = status(arena, number);
        if ((status.get(JAVA_SHORT, STATX_MODE) & TYPE_BITS) != REGULAR) {
          throw new IOException("it is no regular file");
        }
        return new AppendedFile(descriptor, status.get(JAVA_LONG, STATX_SIZE) == 0);
      } catch (IOException | RuntimeException e) {
        descriptor.close();
        throw e;
      }
    }
  }

  private static MemorySegment status(Arena arena, int number) throws IOException {
    Scratch scratch = Scratch.get();
    MemorySegment status = arena.allocate(STATX_LENGTH, 8);
    long itself = Syscall.at(Syscall.cString(arena, ""));
    int result =
        Syscall.STATX.call(
            scratch, number, itself, AT_EMPTY_PATH, TYPE_AND_SIZE, Syscall.at(status));
    if (result < 0) {
      throw new ErrnoException("statx", scratch.errno());
    }
    return status;
  }

  /** Whether nothing was in it when it was opened. */
  public boolean begunEmpty() {
    return begunEmpty;
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
