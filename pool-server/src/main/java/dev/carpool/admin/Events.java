package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.wire.RequestsJson;
import dev.carpool.wire.StatusJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The status again and again, as server-sent events, to all who listen: one snapshot and one text
 * for all of them. {@code status} comes twice a second, {@code requests}, which takes a look into
 * each busy process, every second.
 *
 * <p>Safe in any thread. Its own thread lives while somebody listens.
 */
final class Events {

  static final int MOST = 32;

  /** How often the status comes, and how long a listener may take nothing of it. */
  record Rhythm(Duration period, Duration patience) {
    static final Rhythm USUAL = new Rhythm(Duration.ofMillis(500), Duration.ofSeconds(5));

    int missedAtMost() {
      return Math.toIntExact(patience.dividedBy(period));
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  private static final int ROUNDS_OF_REQUESTS = 2;

  private final ApplicationPool pool;
  private final Rhythm rhythm;
  private final List<EventStream> streams = new ArrayList<>(); // guarded by this
  private @Nullable Thread thread; // guarded by this
  private byte @Nullable [] latest; // guarded by this; of this thread
  private boolean closed; // guarded by this

  Events(ApplicationPool pool, Rhythm rhythm) {
    this.pool = pool;
    this.rhythm = rhythm;
  }

  /** Lets another one listen, or says that there is no room. */
  void listen(Request request, Response response, Callback callback) {
    HttpFields.Mutable fields = response.getHeaders(); // before the first event can be written
    Answer.protect(fields);
    fields.put(HttpHeader.CONTENT_TYPE, "text/event-stream");
    fields.put("X-Accel-Buffering", "no"); // nginx would keep events until it has enough of them
    EventStream stream = new EventStream(request, response, callback, this, rhythm.missedAtMost());
    byte[] first = add(stream);
    if (first == null) {
      Answer.text(503, "There are %d listeners already, and no room for more".formatted(MOST))
          .with("Retry-After", "5")
          .write(response, callback);
      return;
    }
    stream.send(first);
    begin();
  }

  /** What it is told first; null if there is no room. */
  private synchronized byte @Nullable [] add(EventStream stream) {
    if (closed || streams.size() >= MOST) {
      return null;
    }
    streams.add(stream);
    return latest == null ? "retry: 1000\n\n".getBytes(UTF_8) : latest;
  }

  private synchronized void begin() {
    if (thread == null && !closed) {
      thread = Thread.ofPlatform().name("admin-events").daemon().start(this::run);
    }
  }

  synchronized void remove(EventStream stream) {
    streams.remove(stream);
    notifyAll();
  }

  synchronized int listeners() {
    return streams.size();
  }

  private void run() {
    long next = System.nanoTime();
    for (int round = 0; ; round++) {
      byte[] text = text(round % ROUNDS_OF_REQUESTS == 0);
      for (EventStream stream : listening(text)) {
        stream.send(text);
      }
      // One that is late is not caught up with: nobody wants two in a row.
      long now = System.nanoTime();
      next = now + Math.max(0, next + rhythm.period().toNanos() - now);
      try {
        if (!rest(next)) {
          return;
        }
      } catch (InterruptedException e) {
        return; // nobody does that
      }
    }
  }

  private synchronized List<EventStream> listening(byte[] text) {
    latest = text;
    return List.copyOf(streams);
  }

  /** Waits for the next round. False if there is none, since nobody listens any more. */
  private synchronized boolean rest(long until) throws InterruptedException {
    for (long left = until - System.nanoTime();
        left > 0 && !streams.isEmpty() && !closed;
        left = until - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    if (!streams.isEmpty() && !closed) {
      return true;
    }
    thread = null;
    latest = null;
    return false;
  }

  private byte[] text(boolean requests) {
    StringBuilder text = new StringBuilder(4096);
    try {
      event(text, "status", StatusJson.line(pool.status()));
      if (requests) {
        event(text, "requests", RequestsJson.line(pool.requests()));
      }
    } catch (PoolException | RuntimeException e) {
      LOG.warn("no event this time: {}", e.toString());
      text.append(": ").append("no status\n\n");
    }
    return text.toString().getBytes(UTF_8);
  }

  private static void event(StringBuilder text, String name, String data) {
    text.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
  }

  /** Ends all streams. */
  void close() {
    List<EventStream> ending;
    synchronized (this) {
      closed = true;
      ending = List.copyOf(streams);
      streams.clear();
      notifyAll();
    }
    ending.forEach(EventStream::close);
  }
}
