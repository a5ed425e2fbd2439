package dev.carpool.server;

import sun.misc.Signal;

/** What signals mean: TERM stops gracefully, INT or a second TERM at once, HUP reloads. */
final class StopSignals {

  private StopSignals() {}

  /** Installs the handlers, before anything else could be hit by a signal's default. */
  static void install(PoolServer server) {
    Signal.handle(
        new Signal("TERM"),
        signal -> server.stop(server.isStopping() ? "a second TERM" : "TERM", server.isStopping()));
    Signal.handle(new Signal("INT"), signal -> server.stop("INT", true));
    Signal.handle(new Signal("HUP"), signal -> server.reload());
  }
}
