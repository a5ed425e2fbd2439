package dev.carpool.descriptor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A FIFO in the file system, and the ways to open it that Java does not know. */
public final class NamedPipe {

  private static final int O_RDONLY_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int O_WRONLY_CLOEXEC = 1 | 0x80000;
  private static final int O_PATH_CLOEXEC = 0x200000 | 0x80000;

  private NamedPipe() {}

  /**
   * Makes a FIFO that its owner alone may open.
   *
   * @throws ErrnoException EEXIST if the path exists
   */
  public static void make(Path path) throws IOException {
    Scratch scratch = Scratch.get();
    try (Arena arena = Arena.ofConfined()) {
      long name = Syscall.at(Syscall.cString(arena, path));
      if (Syscall.MKFIFO.call(scratch, name, 0600) < 0) {
        throw new ErrnoException("mkfifo " + path, scratch.errno());
      }
    }
  }

  /** Stands for the FIFO, or any other file, wherever it goes, without opening it. */
  public static Descriptor reference(Path path) throws IOException {
    return open(path, O_PATH_CLOEXEC);
  }

  /**
   * A path by which what a {@link #reference} stands for can be opened, for as long as that is
   * open.
   */
  public static Path pathOf(Descriptor reference) {
    return Path.of("/proc/self/fd/" + reference.number());
  }

  /**
   * Waits until somebody opens the FIFO for reading, for ever if need be, and opens it for writing.
   */
  public static Descriptor openForReader(Path path) throws IOException {
    return open(path, O_WRONLY_CLOEXEC);
  }

  /** Opens the FIFO for reading without waiting; a waiting {@link #openForReader} returns then. */
  public static Descriptor openWithoutWaiting(Path path) throws IOException {
    return open(path, O_RDONLY_NONBLOCK_CLOEXEC);
  }

  /**
   * Asks for room, so that writing never has to wait for the reader.
   *
   * @return the bytes there is room for, which may be fewer
   */
  public static int reserve(Descriptor pipe, int bytes) {
    try {
      return FileFlags.setPipeSize(pipe.number(), bytes);
    } catch (IOException e) {
      return 65536; // what a pipe has at least; EPERM says that there is no more for this user
    }
  }

  private static Descriptor open(Path path, int flags) throws IOException {
    Scratch scratch = Scratch.get();
    try (Arena arena = Arena.ofConfined()) {
      int number = Syscall.OPEN.call(scratch, Syscall.at(Syscall.cString(arena, path)), flags, 0);
      if (number < 0) {
        throw new ErrnoException("open " + path, scratch.errno());
      }
      return Descriptor.adopt(number);
    }
  }
}
