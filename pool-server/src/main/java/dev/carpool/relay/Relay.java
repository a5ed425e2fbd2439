package dev.carpool.relay;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Patience;
import dev.carpool.descriptor.Readiness;
import dev.carpool.descriptor.StreamSocket;
import dev.carpool.descriptor.UnreachableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All that goes between connections and one process that listens by itself. Confined to the loop,
 * but for {@link #serve} and {@link #request}.
 */
public final class Relay {

  /** Where a process listens. */
  @FunctionalInterface
  public interface Place {
    /** Begins to connect; the caller owns the socket, which is connected once it can be written. */
    Descriptor connect() throws IOException;
  }

  /** Hears what becomes of sessions. On the loop. */
  public interface Listener {
    /** Something for the application's log. */
    void printed(String text);

    /** A session is over, and its place free. */
    void done(int session, boolean complete);

    /** The process cannot be connected to: of this session's connection nothing was read. */
    void notTaken(int session);
  }

  /** How long a process that lives may be deaf. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** A session that has not ended. */
  interface Running {
    void processGone();

    /** Its method and path, once known; else empty. From any thread. */
    default String request() {
      return "";
    }
  }

  private static final int BUFFER = 64 * 1024;

  /** Of the loop's thread, which is one for all relays of a pool. */
  private static final ThreadLocal<MemorySegment> BUFFERS =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BUFFER));

  private final EventLoop loop;
  private final Place place;
  private final Dialect dialect;
  private final Listener listener;
  private final Map<Integer, Running> running = new ConcurrentHashMap<>();
  private boolean gone;

  /** A relay to a process that is ready. */
  public Relay(EventLoop loop, Place place, Dialect dialect, Listener listener) {
    this.loop = loop;
    this.place = place;
    this.dialect = dialect;
    this.listener = listener;
  }

  /**
   * Serves a connection; from any thread.
   *
   * @param connection stays the caller's
   */
  public void serve(int session, Descriptor connection) throws IOException {
    Descriptor client = StreamSocket.copy(connection);
    try {
      client.nonBlocking();
    } catch (IOException e) {
      client.close();
      throw e;
    }
    loop.execute(() -> new Arrival(session, client).connect());
  }

  /** Sessions that have not ended. */
  public int running() {
    return running.size();
  }

  /** The method and path of a session's request; empty if that is not known. From any thread. */
  public String request(int session) {
    Running served = running.get(session);
    return served == null ? "" : served.request();
  }

  /** The process is no more. */
  public void processGone() {
    gone = true;
    List.copyOf(running.values()).forEach(Running::processGone);
  }

  /** A connection on its way to the process. */
  private final class Arrival {
    private final int session;
    private final Descriptor client;
    private final Patience patience = new Patience(System.nanoTime(), PATIENCE);
    private @Nullable Watched connecting;
    private boolean over;

    Arrival(int session, Descriptor client) {
      this.session = session;
      this.client = client;
      running.put(session, this::giveBack);
    }

    void connect() {
      if (gone) {
        giveBack();
      }
      if (over) {
        return;
      }
      Descriptor process;
      try {
        process = place.connect();
      } catch (IOException e) {
        failed(e);
        return;
      }
      try {
        if (process.ready(Readiness.WRITABLE) != 0) {
          connected(process);
        } else {
          connecting = new Watched(process, loop, ready -> connected(process));
          connecting.interest(Readiness.WRITABLE);
        }
      } catch (IOException e) {
        process.close();
        failed(e);
      }
    }

    private void connected(Descriptor process) {
      if (connecting != null) {
        connecting.end();
        connecting = null;
      }
      try {
        StreamSocket.requireConnected(process);
        RelayedRequest request =
            new RelayedRequest(
                loop, BUFFERS.get(), client, process, dialect, new OfSession(session));
        over = true;
        running.put(session, request);
        request.begin();
      } catch (IOException e) {
        process.close();
        failed(e);
      }
    }

    private void failed(IOException why) {
      boolean hope = why instanceof ErrnoException e && mayPass(e.errno());
      Duration wait = hope ? patience.next(System.nanoTime()) : null;
      if (wait == null) {
        giveBack();
      } else {
        var _ = loop.later(wait, this::connect);
      }
    }

    /** What may be over soon: the process is slow, or this one is short of descriptors. */
    private static boolean mayPass(Errno why) {
      return UnreachableException.mayPass(why) || why == Errno.EMFILE || why == Errno.ENFILE;
    }

    private void giveBack() {
      if (!over) {
        over = true;
        if (connecting != null) {
          connecting.end();
          connecting.descriptor.close();
        }
        running.remove(session);
        client.close();
        listener.notTaken(session);
      }
    }
  }

  private final class OfSession implements Outcome {
    private final int session;

    OfSession(int session) {
      this.session = session;
    }

    @Override
    public void printed(String text) {
      listener.printed(text);
    }

    @Override
    public void done(boolean complete) {
      running.remove(session);
      listener.done(session, complete);
    }

    @Override
    public void abandoned() {
      Straggler straggler = new Straggler(place, dialect, loop, () -> done(false));
      running.put(session, straggler);
      straggler.begin();
    }

    @Override
    public void closed() {
      running.computeIfPresent(session, (_, now) -> now instanceof Straggler ? now : null);
    }
  }
}
