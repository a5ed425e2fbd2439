package dev.carpool.front;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections with a response of the server's own. What the peer still sends is read and
 * thrown away for a while: to close on it would reset the connection and take the response away.
 *
 * <p>Any thread may say farewell; the reading is done on the loop.
 */
final class Partings {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int PIECE = 64 * 1024;

  private final EventLoop loop;
  private final MemorySegment trash = Arena.ofAuto().allocate(PIECE);
  private final AtomicInteger open = new AtomicInteger();

  Partings(EventLoop loop) {
    this.loop = loop;
  }

  /** Connections that are being parted with. */
  int open() {
    return open.get();
  }

  /** Sends a response and closes the connection, which is taken over. */
  void farewell(Descriptor connection, byte[] response) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(response.length);
      MemorySegment.copy(response, 0, bytes, ValueLayout.JAVA_BYTE, 0, response.length);
      int sent = connection.send(bytes, null); // into an empty buffer, which has room
      connection.shutdownOutput();
      if (sent == response.length) {
        new Parting(connection).begin();
        return;
      }
    } catch (IOException e) {
      // The peer has gone: there is nobody to tell.
    }
    connection.close();
  }

  private final class Parting {
    private final Descriptor connection;
    private EventLoop.@Nullable Watch watch;
    private EventLoop.@Nullable Timer end;
    private boolean over;

    Parting(Descriptor connection) {
      this.connection = connection;
    }

    void begin() {
      open.incrementAndGet();
      loop.execute(this::watch);
    }

    private void watch() {
      try {
        end = loop.later(PATIENCE, this::over);
        watch = loop.watch(connection, Readiness.READABLE, readiness -> discard());
      } catch (IOException e) {
        over();
      }
    }

    private void discard() {
      try {
        if (connection.read(trash) == Descriptor.END) {
          over();
        }
      } catch (IOException e) {
        over();
      }
    }

    private void over() {
      if (over) {
        return;
      }
      over = true;
      if (end != null) {
        end.cancel();
      }
      if (watch != null) {
        watch.end();
      }
      connection.close();
      open.decrementAndGet();
    }
  }
}
