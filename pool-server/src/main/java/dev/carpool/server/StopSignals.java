package dev.carpool.server;

import dev.carpool.audit.AuditLog;
import sun.misc.Signal;

/**
 * What signals mean: TERM stops gracefully, INT or a second TERM at once, HUP reloads, USR1 opens
 * the log files anew.
 */
final class StopSignals {

  private StopSignals() {}

  /** Keeps USR1 from ending the JVM, which is what it does to one that has no handler. */
  static void prepare() {
    Signal.handle(new Signal("USR1"), signal -> LogConfiguration.reopen());
  }

  /** Installs the handlers, before anything else could be hit by a signal's default. */
  static void install(PoolServer server) {
    Signal.handle(
        new Signal("TERM"),
        signal ->
            stop(server, server.isStopping() ? "a second TERM" : "TERM", server.isStopping()));
    Signal.handle(new Signal("INT"), signal -> stop(server, "INT", true));
    Signal.handle(new Signal("HUP"), signal -> server.reload());
    Signal.handle(new Signal("USR1"), signal -> server.reopenLogs());
  }

  private static void stop(PoolServer server, String why, boolean now) {
    AuditLog.did("signal " + why, now ? "stop at once" : "stop");
    server.stop(why, now);
  }
}
