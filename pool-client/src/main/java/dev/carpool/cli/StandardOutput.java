package dev.carpool.cli;

import dev.carpool.descriptor.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** This process's own output, which may be a terminal; a report goes out in one piece. */
final class StandardOutput extends PrintStream {

  private static final int NUMBER = 1;

  // System.out writes each line by itself.
  StandardOutput() {
    super(new FileOutputStream(FileDescriptor.out), false, Charset.defaultCharset());
  }

  boolean isTerminal() {
    return Terminal.isTerminal(NUMBER);
  }

  Terminal.Size size() {
    return Terminal.size(NUMBER);
  }

  /** Whether colours are wanted (no-color.org) and can be shown. */
  boolean hasColours() {
    String no = System.getenv("NO_COLOR");
    return isTerminal() && (no == null || no.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
  }
}
