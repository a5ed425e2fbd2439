package dev.carpool.spawn;

import dev.carpool.api.AppSpec;
import dev.carpool.api.RunningRequest;
import dev.carpool.descriptor.Descriptor;
import java.io.IOException;
import java.util.List;

/**
 * Starts processes, hands connections to them, and ends them. What becomes of each is told to its
 * {@link SpawnListener}. Any thread may call; nothing here waits.
 */
public interface Spawner extends AutoCloseable {

  /**
   * Begins to start a process. The listener hears of {@link SpawnListener#ready} or {@link
   * SpawnListener#startFailed}, and in any case at last of {@link SpawnListener#gone}.
   *
   * @param process a number of the caller's, never used again
   * @param generation of the application's code: what was loaded for another one is not used
   */
  void start(long process, AppSpec app, int generation);

  /**
   * Lets go of what was loaded for other generations of an application.
   *
   * @param generation the one whose processes are started from now on
   */
  default void renewed(String app, int generation) {}

  /**
   * Says to all processes that no connection will come any more. They may finish what they have.
   */
  default void drain() {}

  /** The pid of the process that forked last and can fork again; 0 if there is none. */
  default long preloaderPid() {
    return 0;
  }

  /**
   * Asks a process to serve a connection.
   *
   * @param connection stays the caller's; the process gets a copy
   * @throws IOException if the process cannot be reached any more; it was given nothing
   */
  void serve(long process, long session, Descriptor connection) throws IOException;

  /**
   * Logs a session that takes long: its request where that is known, and what its process is doing.
   *
   * @param how in words, as in {@code "has taken 5 s"}
   */
  default void explain(long process, long session, String how) {}

  /** Adds what the processes say about the requests that they are serving. */
  default List<RunningRequest> describe(List<RunningRequest> running) {
    return running;
  }

  /**
   * Ends a process by the {@link StoppingLadder}. May be called again to do it by force.
   *
   * @param force without asking it to finish
   */
  void stop(long process, String why, boolean force);

  /**
   * Releases threads and descriptors, and ends the preloaders. Every process has to be gone before.
   * A second call changes nothing.
   */
  @Override
  void close();
}
