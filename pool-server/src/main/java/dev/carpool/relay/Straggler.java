package dev.carpool.relay;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A session whose visitor has gone, at a process that serves one connection after the other: it has
 * finished when it looks at the next one, which asks for nothing. Confined to the loop.
 */
final class Straggler implements Relay.Running {

  private static final Duration AGAIN = Duration.ofMillis(100);

  private final Relay.Place place;
  private final Dialect dialect;
  private final EventLoop loop;
  private final Runnable finished;
  private @Nullable Watched next;
  private boolean over;

  /**
   * Waits for nothing yet.
   *
   * @param finished run once, unless the process ends before
   */
  Straggler(Relay.Place place, Dialect dialect, EventLoop loop, Runnable finished) {
    this.place = place;
    this.dialect = dialect;
    this.loop = loop;
    this.finished = finished;
  }

  void begin() {
    if (over) {
      return;
    }
    try {
      Descriptor connection = place.connect();
      next = new Watched(connection, loop, ready -> end());
      next.interest(Readiness.READABLE);
      dialect.probe(connection);
    } catch (ErrnoException e) {
      letGo();
      if (e.errno() == Errno.ECONNREFUSED) {
        end(); // it has gone
      } else {
        var _ = loop.later(AGAIN, this::begin);
      }
    } catch (IOException e) {
      end();
    }
  }

  private void end() {
    processGone();
    finished.run();
  }

  @Override
  public void processGone() {
    over = true;
    letGo();
  }

  private void letGo() {
    if (next != null) {
      next.close();
      next = null;
    }
  }
}
