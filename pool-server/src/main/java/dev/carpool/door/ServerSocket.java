package dev.carpool.door;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Readiness;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.descriptor.UnixSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inherited socket. Each byte that arrives on it is answered by a connection of its own: one
 * end of a new pair, by descriptor passing.
 */
public final class ServerSocket implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServerSocket.class);

  /** How long whoever asked may leave the answers unread before one is dropped. */
  private static final Duration UNREAD = Duration.ofSeconds(1);

  private static final int BATCH = 64;

  private final Descriptor socket;

  private ServerSocket(Descriptor socket) {
    this.socket = socket;
  }

  /**
   * Takes over an inherited descriptor. To be called before this process opens sockets of its own,
   * one of which could have that number.
   *
   * @throws IOException if it is not a connected Unix stream socket; it was not touched then
   */
  public static ServerSocket adopt(int number) throws IOException {
    return new ServerSocket(UnixSocket.adopt(number));
  }

  /** Answers wake-ups until nobody holds the other end any more, or this is closed. */
  public void serve(Reception reception) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wakeUps = arena.allocate(BATCH);
      MemorySegment answer = arena.allocateFrom(JAVA_BYTE, (byte) 'c');
      while (true) {
        int n = socket.read(wakeUps);
        if (n == Descriptor.END) {
          return;
        }
        for (int i = 0; i < n; i++) {
          connect(answer, reception);
        }
      }
    } catch (ClosedChannelException e) {
      // Closed by the server itself.
    }
  }

  private void connect(MemorySegment answer, Reception reception) throws IOException {
    SocketPair pair;
    try {
      pair = SocketPair.open();
    } catch (IOException e) {
      LOG.error("a client cannot be connected: {}", e.getMessage());
      return;
    }
    int sent = socket.send(answer, pair.theirs());
    while (sent == Descriptor.WOULD_BLOCK) {
      if (socket.await(Readiness.WRITABLE, UNREAD) == 0) {
        LOG.warn(
            "a wake-up was dropped: the connections offered before were not taken for {} s",
            UNREAD.toSeconds());
        pair.close();
        return;
      }
      sent = socket.send(answer, pair.theirs());
    }
    pair.theirs().close();
    reception.welcome(pair.ours());
  }

  @Override
  public void close() {
    socket.close();
  }
}
