package dev.carpool.log;

/** Where the lines of one process go. Lives on the output loop. */
public interface Outlet {

  /** Takes a line; it may be kept until {@link #flush}. */
  void say(String line);

  /** Lets nothing be kept that was said until now. */
  void flush();

  /** Nothing more will be said. What was said is written. */
  void close();
}
