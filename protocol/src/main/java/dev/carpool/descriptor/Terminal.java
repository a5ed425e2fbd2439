package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * The terminal that a person sits at, giving each key when it is pressed and showing none. Ctrl-C
 * is a signal as ever; Ctrl-Z is nothing, since who is stopped cannot put the terminal back.
 *
 * <p>{@link #close} puts it back as it was, from any thread, once; the rest is for one thread.
 */
public final class Terminal implements AutoCloseable {

  /** What a terminal has that does not say. */
  private static final Size USUAL = new Size(24, 80);

  private static final int INPUT = 0;
  private static final int TIOCGWINSZ = 0x5413;

  /** Changes at once; what was typed and not read is forgotten. */
  private static final int TCSAFLUSH = 2;

  // struct termios of Linux's C libraries, on x86-64 and ARM alike
  private static final int TERMIOS = 64;
  private static final int LOCAL_FLAGS = 12;
  private static final int CHARACTERS = 17;
  private static final int ICANON = 2;
  private static final int ECHO = 8;
  private static final int VTIME = 5;
  private static final int VMIN = 6;
  private static final int VSUSP = 10;

  private final Descriptor input = Descriptor.adopt(INPUT); // never closed: it is the process's
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment before = arena.allocate(TERMIOS, 8);
  private final MemorySegment keys = arena.allocate(64);
  private boolean restored; // guarded by this

  /** Rows and columns. */
  public record Size(int rows, int columns) {}

  private Terminal() throws IOException {
    if (modes(INPUT, before) < 0) {
      throw new ErrnoException("tcgetattr", Scratch.get().errno());
    }
    MemorySegment raw = arena.allocate(TERMIOS, 8).copyFrom(before);
    raw.set(JAVA_INT, LOCAL_FLAGS, raw.get(JAVA_INT, LOCAL_FLAGS) & ~(ICANON | ECHO));
    raw.set(JAVA_BYTE, CHARACTERS + VMIN, (byte) 1);
    raw.set(JAVA_BYTE, CHARACTERS + VTIME, (byte) 0);
    raw.set(JAVA_BYTE, CHARACTERS + VSUSP, (byte) 0);
    set(raw);
  }

  /** Whether a descriptor of this process is one. */
  public static boolean isTerminal(int number) {
    try (Arena arena = Arena.ofConfined()) {
      return modes(number, arena.allocate(TERMIOS, 8)) >= 0;
    }
  }

  /** How large the terminal of a descriptor is now; 24 rows of 80 if it does not say. */
  public static Size size(int number) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(8, 2);
      int result = Syscall.IOCTL.call(Scratch.get(), number, TIOCGWINSZ, Syscall.at(size));
      int rows = Short.toUnsignedInt(size.get(JAVA_SHORT, 0));
      int columns = Short.toUnsignedInt(size.get(JAVA_SHORT, 2));
      return result < 0 || rows == 0 || columns == 0 ? USUAL : new Size(rows, columns);
    }
  }

  /**
   * Takes over the terminal of standard input.
   *
   * @throws ErrnoException ENOTTY if it is none
   */
  public static Terminal takeOver() throws IOException {
    return new Terminal();
  }

  /**
   * Waits for keys.
   *
   * @return the bytes of those that were pressed; none if the time was over
   * @throws IOException if the terminal is gone
   */
  public byte[] read(Duration within) throws IOException {
    if (input.await(Readiness.READABLE, within) == 0) {
      return new byte[0];
    }
    int n = input.read(keys);
    if (n == Descriptor.END) {
      throw new ErrnoException("read", Errno.EIO);
    }
    return n < 0 ? new byte[0] : keys.asSlice(0, n).toArray(JAVA_BYTE);
  }

  private static int modes(int number, MemorySegment into) {
    return Syscall.TCGETATTR.call(Scratch.get(), number, Syscall.at(into));
  }

  private static void set(MemorySegment modes) throws ErrnoException {
    if (Syscall.TCSETATTR.call(Scratch.get(), INPUT, TCSAFLUSH, Syscall.at(modes)) < 0) {
      throw new ErrnoException("tcsetattr", Scratch.get().errno());
    }
  }

  /** Puts the terminal back as it was; a second call does nothing. */
  @Override
  public synchronized void close() {
    if (restored) {
      return;
    }
    restored = true;
    try {
      set(before);
    } catch (ErrnoException e) {
      // The terminal is gone, and what it would have been like with it.
    }
  }
}
