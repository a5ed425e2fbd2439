package dev.carpool.spawn;

import dev.carpool.api.SpawnReport;

/** Hears what becomes of processes. Called on the spawner's event loop, one call at a time. */
public interface SpawnListener {

  /** The process exists in the operating system, but is not ready. */
  void started(long process, long pid);

  /**
   * The process serves from now on.
   *
   * @param concurrency connections at once, at least 1
   */
  void ready(long process, long pid, int concurrency);

  /** The process did not become ready. It may still live. */
  void startFailed(long process, SpawnReport report);

  /**
   * The process, which cannot mark a connection, is about to answer on it.
   *
   * @param session its lowest 32 bits
   */
  void answering(long process, int session);

  /**
   * The process is finished with a connection.
   *
   * @param session its lowest 32 bits
   * @param complete whether it wrote its whole response
   */
  void done(long process, int session, boolean complete);

  /**
   * The process ended without having read the last {@link Spawner#serve}: it took nothing of the
   * connection.
   *
   * @param session its lowest 32 bits
   */
  void notTaken(long process, int session);

  /** The process closed its line, or spoke nonsense on it. */
  void broken(long process, String why);

  /** The process is no more: the last word about it. */
  void gone(long process, String how);
}
