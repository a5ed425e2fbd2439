package dev.carpool.relay;

/** What becomes of a request. */
interface Outcome {
  /** Something for the application's log. */
  void printed(String text);

  /** The place is free; called once, while the connections are open, unless the process ends. */
  void done(boolean complete);

  /** Whoever asked has gone, and the process goes on. In place of {@link #done}. */
  void abandoned();

  /** Nothing is left of it. */
  void closed();
}
