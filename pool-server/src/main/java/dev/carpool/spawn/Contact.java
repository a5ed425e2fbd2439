package dev.carpool.spawn;

import dev.carpool.descriptor.Descriptor;
import java.io.IOException;

/** How a process is spoken with. On the event loop, but for {@link #serve}. */
sealed interface Contact permits Line, Listening {

  /** Hears what a process says, in the frames of the helper contract. */
  interface Listener extends Frames.Listener {
    /** Something for its log that did not come by its output. */
    void onPrinted(String text);

    /** It was asked to serve this, but has not taken anything of it. */
    void onUnread(int session);

    /** It will say nothing any more, or nonsense. Called once. */
    void onEnd(String why);
  }

  /** What a process says about the requests that it is serving. */
  @FunctionalInterface
  interface Requests {
    /**
     * A method and a path.
     *
     * @param session its lowest 32 bits
     * @return empty if the session is not served, or nothing is said
     */
    String of(int session);
  }

  /** Begins to listen to it. */
  void open(HelperSpawner home) throws IOException;

  /**
   * Asks it to serve a connection; from any thread.
   *
   * @param connection stays the caller's
   */
  void serve(int session, Descriptor connection) throws IOException;

  /** Asks it to keep no connection open for another request; from any thread. */
  default void drain() throws IOException {}

  /** Asks it to finish what it has, and to exit. */
  void askToStop() throws IOException;

  /** It is no more: hears what it has said last, and lets go of everything. */
  void close(HelperSpawner home);

  /** What it serves as of now; from any thread, which may read files. */
  Requests requests(long pid);
}
