package dev.carpool.spawn;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Readiness;
import dev.carpool.descriptor.Signals;
import dev.carpool.descriptor.StreamSocket;
import dev.carpool.relay.Dialect;
import dev.carpool.relay.Relay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A process that listens by itself, and knows nothing of Carpool: it is connected to, and a relay
 * says in its place what a helper would say.
 */
final class Listening implements Contact, Relay.Listener {

  private static final Duration FIRST_TRY = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);
  private static final byte[] COMPLETE = {0};
  private static final byte[] CUT_SHORT = {1};

  private final long pid;
  private final Doorstep doorstep;
  private final Dialect dialect;
  private final int concurrency;
  private final Contact.Listener listener;

  /** A connection by which it shows that it accepts those on its socket. */
  private @Nullable Descriptor probe;

  private volatile @Nullable Relay relay;
  private boolean stopping;

  /** It lives, but cannot be connected to. */
  private boolean deaf;

  private boolean closed;

  /** Of a process that has just been executed; takes over what it was given to listen on. */
  Listening(
      long pid, Doorstep doorstep, Dialect dialect, int concurrency, Contact.Listener listener) {
    this.pid = pid;
    this.doorstep = doorstep;
    this.dialect = dialect;
    this.concurrency = concurrency;
    this.listener = listener;
  }

  @Override
  public void open(HelperSpawner home) throws IOException {
    listener.onFrame(Line.STEP, 0, "listen".getBytes(StandardCharsets.US_ASCII));
    probe = doorstep.toSocket();
    dialect.probe(probe);
    home.later(FIRST_TRY, () -> look(home, FIRST_TRY));
  }

  /** Whether it listens by now. */
  private void look(HelperSpawner home, Duration pause) {
    if (closed) {
      return;
    }
    Relay.Place place = place();
    if (place == null) {
      Duration next =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
      home.later(next, () -> look(home, next));
      return;
    }
    closeProbe();
    relay = home.relay(place, dialect, this);
    listener.onFrame(Line.READY, concurrency, new byte[0]);
    stopIfAsked();
  }

  private Relay.@Nullable Place place() {
    try {
      if (probe != null && StreamSocket.unread(probe) == 0) {
        boolean read = (probe.ready(0) & Readiness.ERROR) == 0;
        closeProbe();
        if (!read) {
          doorstep.toSocket().close(); // fails if the probe was thrown away with the socket
        }
        return doorstep::toSocket;
      }
    } catch (IOException e) {
      // Nobody has the socket any more: the port is left, or its end will be told.
    }
    if (doorstep.port() == 0) {
      return null;
    }
    try (Descriptor tried = doorstep.toPort()) {
      if (tried.await(Readiness.WRITABLE, Duration.ZERO) != 0) {
        StreamSocket.requireConnected(tried);
        return doorstep::toPort;
      }
    } catch (IOException e) {
      // Not yet.
    }
    return null;
  }

  @Override
  public void serve(int session, Descriptor connection) throws IOException {
    Relay to = relay;
    if (to == null) {
      throw new IOException("it does not listen");
    }
    to.serve(session, connection);
  }

  @Override
  public void askToStop() throws IOException {
    stopping = true;
    stopIfAsked();
  }

  /** It knows no STOP, so it is signalled as soon as it has nothing to do. */
  private void stopIfAsked() {
    Relay now = relay;
    if (stopping && !closed && (now == null || now.running() == 0)) {
      try {
        Signals.sendToGroup(pid, Signals.TERM);
      } catch (IOException e) {
        listener.onEnd("cannot be told to stop: " + e.getMessage());
      }
    }
  }

  @Override
  public void close(HelperSpawner home) {
    closed = true;
    closeProbe();
    Relay last = relay;
    if (last != null) {
      last.processGone();
    }
    doorstep.close();
  }

  private void closeProbe() {
    if (probe != null) {
      probe.close();
      probe = null;
    }
  }

  @Override
  public Requests requests(long pid) {
    Relay now = relay;
    return now == null ? session -> "" : now::request;
  }

  @Override
  public void printed(String text) {
    listener.onPrinted(text);
  }

  @Override
  public void done(int session, boolean complete) {
    listener.onFrame(Line.DONE, session, complete ? COMPLETE : CUT_SHORT);
    stopIfAsked();
  }

  @Override
  public void notTaken(int session) {
    listener.onUnread(session);
    if (!closed && !deaf) {
      deaf = true;
      listener.onEnd("takes no connections any more");
    }
    stopIfAsked();
  }
}
