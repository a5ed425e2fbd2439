package dev.carpool.cli;

import java.io.PrintStream;
import sun.misc.Signal;

/**
 * Where pages are shown one after the other until Ctrl-C: a terminal, on which each takes the place
 * of the one before, or anything else, which gets them all.
 */
final class Screen {

  private static final String CLEAR = "\033[2J";
  private static final String TO_THE_TOP = "\033[H";
  private static final String CLEAR_LINE = "\033[K";
  private static final String CLEAR_BELOW = "\033[J";

  private final PrintStream out;
  private final boolean terminal;

  private Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * From now on Ctrl-C interrupts this thread instead of ending the program.
   *
   * @param lines whether the pages are lines for programs, one below the other in any case
   */
  static Screen of(PrintStream out, boolean lines) {
    Thread here = Thread.currentThread();
    Signal.handle(new Signal("INT"), signal -> here.interrupt());
    Screen screen = new Screen(out, !lines && out instanceof StandardOutput it && it.isTerminal());
    if (screen.terminal) {
      out.print(CLEAR);
    }
    return screen;
  }

  /**
   * Shows a page, which ends with a line's end. A terminal is not cleared first: it would flicker.
   *
   * @return false if nobody reads any more
   */
  boolean show(String page) {
    out.print(terminal ? TO_THE_TOP + page.replace("\n", CLEAR_LINE + "\n") + CLEAR_BELOW : page);
    return !out.checkError(); // which flushes
  }
}
