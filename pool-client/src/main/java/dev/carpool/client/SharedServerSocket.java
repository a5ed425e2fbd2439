package dev.carpool.client;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Readiness;
import dev.carpool.descriptor.UnixSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * The clients' end of a server socket: a byte sent on it is answered with a connection of one's
 * own.
 *
 * <p>Any number of threads and of processes that have inherited it may connect at once: one
 * connection is as good as another, so it does not matter who gets which. As long as one of them
 * has it open, the server goes on.
 */
public final class SharedServerSocket implements AutoCloseable {

  /** How long {@link #connect(String)} tries. */
  public static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

  private static final Duration HELLO_WITHIN = Duration.ofSeconds(5);

  /**
   * How long to look for a connection that is on its way already, after one was stale: a client
   * that died between its wake-up and its connection left that one, and ours is still behind it.
   */
  private static final Duration LEFT_BEHIND = Duration.ofMillis(200);

  /** More connections that nobody took do not fit into the socket (278 were counted). */
  private static final int TRIES = 300;

  private final Descriptor socket;

  private SharedServerSocket(Descriptor socket) {
    this.socket = socket;
  }

  /**
   * Takes over the clients' end.
   *
   * @param socket a connected Unix stream socket whose other end a pool server has
   */
  public static SharedServerSocket over(Descriptor socket) {
    return new SharedServerSocket(socket);
  }

  /**
   * Takes over an inherited descriptor, and keeps it from being inherited by children of this
   * process.
   *
   * @throws IOException if it is not open, or no Unix stream socket
   */
  public static SharedServerSocket inherited(int number) throws IOException {
    return new SharedServerSocket(UnixSocket.adopt(number));
  }

  /** The socket's descriptor, which stays this object's. */
  public Descriptor descriptor() {
    return socket;
  }

  /**
   * Connects, within {@link #CONNECT_WITHIN}.
   *
   * @param name for the server's log
   * @throws PoolException.Unavailable if the server does not answer, or has ended
   */
  public RemotePool connect(String name) throws PoolException {
    return connect(name, CONNECT_WITHIN);
  }

  /** Connects, within a time. */
  public RemotePool connect(String name, Duration within) throws PoolException {
    long deadline = System.nanoTime() + within.toNanos();
    String stale = "";
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(JAVA_BYTE, (byte) 'w');
      wakeUp(one, deadline);
      for (int i = 0; i < TRIES; i++) {
        Descriptor fresh = stale.isEmpty() ? receive(one, deadline) : receiveAgain(one, deadline);
        try {
          Duration left = left(deadline);
          return RemotePool.greet(
              fresh, name, left.compareTo(HELLO_WITHIN) < 0 ? left : HELLO_WITHIN);
        } catch (IOException e) {
          stale = ": %d connections, the last: %s".formatted(i + 1, e.getMessage());
        }
      }
      throw new PoolException.Unavailable("The pool server hangs up on everybody" + stale + ".");
    } catch (TimedOut e) {
      throw new PoolException.Unavailable(
          "The pool server gave no connection within %d ms%s.".formatted(within.toMillis(), stale));
    } catch (IOException e) {
      throw new PoolException.Unavailable(
          "The pool server has ended, or its socket is broken: " + e.getMessage() + ".");
    }
  }

  private void wakeUp(MemorySegment one, long deadline) throws IOException {
    while (socket.send(one, null) == Descriptor.WOULD_BLOCK) {
      if (socket.await(Readiness.WRITABLE, left(deadline)) == 0) {
        throw new TimedOut();
      }
    }
  }

  /** The next connection: one that is there already, else one that is asked for anew. */
  private Descriptor receiveAgain(MemorySegment one, long deadline) throws IOException {
    long soon = Math.min(deadline - System.nanoTime(), LEFT_BEHIND.toNanos());
    try {
      return receive(one, System.nanoTime() + soon);
    } catch (TimedOut e) {
      left(deadline);
      wakeUp(one, deadline);
      return receive(one, deadline);
    }
  }

  private Descriptor receive(MemorySegment one, long deadline) throws IOException {
    while (true) {
      if (socket.await(Readiness.READABLE, left(deadline)) == 0) {
        throw new TimedOut();
      }
      Descriptor.Received received = socket.receiveNow(one);
      if (received.descriptor() != null) {
        return received.descriptor();
      }
      if (received.length() == Descriptor.END) {
        throw new IOException("end of file");
      }
      // Somebody else was faster; or a byte came alone, which says nothing.
    }
  }

  private static Duration left(long deadline) throws TimedOut {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new TimedOut();
    }
    return Duration.ofNanos(left);
  }

  private static final class TimedOut extends IOException {}

  /**
   * Closes this process's copy. Connections work on; the server shuts down when no copy is left. A
   * thread that is just connecting is woken, and with it the socket is ended for all who share it.
   */
  @Override
  public void close() {
    socket.close();
  }
}
