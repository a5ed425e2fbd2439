package dev.carpool.live;

import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Descriptor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who wants a place at a process, and has the connection that is to be served there.
 *
 * <p>Called on any thread and under no lock: first {@link #connection} or {@link #refused}; after a
 * connection {@link #handedOver} or {@link #returned}; and when the session is over {@link #ended},
 * which may be called before {@link #handedOver} has returned. None of them may wait.
 */
public interface Requester {

  /**
   * There is a place.
   *
   * @param session the number of the session, never used again
   * @param pid of the process
   * @return the connection, which stays the requester's, and of which the process gets a copy; null
   *     if there is nobody to be served, or not yet: then this request is over
   * @throws IOException if there can be no connection; {@link #refused} follows
   */
  @Nullable Descriptor connection(long session, long pid) throws IOException;

  /** Whether {@link #connection} gave none because nobody wants to be served any more. */
  boolean isGone();

  /** The process has its copy of the connection. */
  void handedOver();

  /** The process broke before it got its copy. The request waits again, before all others. */
  void returned();

  /**
   * The process ended before it had read anything of the connection, maybe after {@link
   * #handedOver}.
   *
   * @return whether the request waits again, before all others; if not, {@link #ended} follows
   */
  boolean takenBack();

  /** There will be no place, for this reason. */
  void refused(PoolException reason);

  /** The session takes longer than it may: its process is being ended. */
  void overdue();

  /** The process is about to answer. Said by kinds of processes that cannot mark a connection. */
  default void answering() {}

  /** The session that was handed over is over. */
  void ended(LiveSession.Ending ending);
}
