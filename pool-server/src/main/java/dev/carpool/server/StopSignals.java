package dev.carpool.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** What the signals mean: TERM stops gracefully, INT or a second TERM at once. */
final class StopSignals {

  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

  private StopSignals() {}

  /** Installs the handlers, before anything else could be hit by a signal's default. */
  static void install(PoolServer server) {
    Signal.handle(
        new Signal("TERM"),
        signal -> server.stop(server.isStopping() ? "a second TERM" : "TERM", server.isStopping()));
    Signal.handle(new Signal("INT"), signal -> server.stop("INT", true));
    Signal.handle(
        new Signal("HUP"),
        signal -> LOG.warn("HUP: this version does not reload its configuration while it runs"));
  }
}
