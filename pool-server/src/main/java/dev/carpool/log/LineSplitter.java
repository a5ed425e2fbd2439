package dev.carpool.log;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Makes lines of the bytes that come out of a pipe. A line that is too long is cut, and says so.
 * For one thread.
 */
public final class LineSplitter {

  /** The most bytes of a line that are kept. */
  public static final int MOST = 8192;

  private final Consumer<String> lines;
  private byte[] line = new byte[256];
  private int length;
  private long cut;

  /**
   * Nothing has come yet.
   *
   * @param lines gets every line, harmless and without its end
   */
  public LineSplitter(Consumer<String> lines) {
    this.lines = lines;
  }

  /** Takes the bytes that came next. */
  public void take(byte[] bytes) {
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        append(bytes, start, i - start);
        endOfLine();
        start = i + 1;
      }
    }
    append(bytes, start, bytes.length - start);
  }

  /** Nothing more will come: what has no line feed is a line, too. */
  public void end() {
    if (length > 0) {
      endOfLine();
    }
  }

  private void append(byte[] bytes, int from, int count) {
    int room = Math.min(count, MOST - length);
    if (length + room > line.length) {
      line = Arrays.copyOf(line, Math.min(MOST, Math.max(length + room, 2 * line.length)));
    }
    System.arraycopy(bytes, from, line, length, room);
    length += room;
    cut += count - room;
  }

  private void endOfLine() {
    if (cut > 0) {
      int whole = wholeCharacters();
      lines.accept(
          HarmlessText.ofBytes(line, whole)
              + String.format(Locale.ROOT, " ... %,d bytes more", cut + length - whole));
    } else {
      if (length > 0 && line[length - 1] == '\r') {
        length--;
      }
      lines.accept(HarmlessText.ofBytes(line, length));
    }
    length = 0;
    cut = 0;
  }

  /** The length without a character of which only the beginning is there. */
  private int wholeCharacters() {
    for (int back = 1; back <= 3; back++) {
      int b = line[length - back] & 0xff;
      if (b < 0x80) {
        return length;
      }
      if (b >= 0xc0) {
        int needed = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        return needed > back ? length - back : length;
      }
    }
    return length;
  }
}
