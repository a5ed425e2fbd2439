package dev.carpool.front;

import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.ListeningSocket;
import dev.carpool.descriptor.Readiness;
import dev.carpool.descriptor.SocketPermissions;
import dev.carpool.live.LivePool;
import dev.carpool.refusal.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket of one application. Whoever connects is accepted at once and waits in the
 * pool's waiting room, where everybody can see him; the kernel's queue is for bursts.
 *
 * <p>{@link #open} and {@link #close} wait for nothing but the loop; not to be called on it.
 */
public final class Front implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Front.class);

  /** Connections accepted in one go, before others have their turn on the loop. */
  private static final int BATCH = 64;

  /** What failed for lack of descriptors or memory would fail again at once. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** Most visitors have been served by then, and need not be watched for a hang-up. */
  private static final Duration UNWATCHED = Duration.ofMillis(50);

  /** How long somebody may be connected without a word, and how exactly that is kept. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private static final Duration SWEEP = Duration.ofSeconds(5);

  private static final Duration COMPLAINTS = Duration.ofSeconds(1);

  /** How long, in the end, those who are refused may take to read it, and the silent to speak. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final ListeningSocket socket;
  private final FrontProtocol protocol;
  private final int hangUp;
  private final LivePool pool;
  private final Partings partings;
  private volatile FrontSettings settings;

  // Confined to the loop.
  private final Deque<Visitor> unwatched = new ArrayDeque<>();
  private final Set<Visitor> silent = new LinkedHashSet<>(); // the longest silent first
  private boolean sweeping;
  private EventLoop.@Nullable Watch watch;
  private long nextComplaint = System.nanoTime();
  private boolean closed;

  private Front(
      ListeningSocket socket, FrontProtocol protocol, FrontSettings settings, LivePool pool) {
    this.socket = socket;
    this.protocol = protocol;
    // On TCP a peer that has gone cannot be told from one that will only say no more.
    this.hangUp = socket.port() == 0 ? Readiness.HANG_UP : Readiness.PEER_HANG_UP;
    this.settings = settings;
    this.pool = pool;
    this.partings = new Partings(pool.loop());
  }

  /**
   * Begins to accept.
   *
   * @param socket taken over
   */
  public static Front open(
      ListeningSocket socket, FrontProtocol protocol, FrontSettings settings, LivePool pool) {
    Front front = new Front(socket, protocol, settings, pool);
    pool.loop().execute(front::listen);
    return front;
  }

  /** What is spoken on its connections. */
  public FrontProtocol protocol() {
    return protocol;
  }

  /** Changes what happens to whoever comes from now on. */
  public void change(FrontSettings next) {
    settings = next;
  }

  /** The inode of the socket it listens on. */
  public long inode() throws IOException {
    return socket.inode();
  }

  private void listen() {
    if (closed) {
      return;
    }
    try {
      watch =
          // After the lines of this round: whoever comes may take a place that has come free in it.
          pool.loop()
              .watch(
                  socket.descriptor(),
                  Readiness.READABLE,
                  readiness -> pool.loop().execute(this::acceptBatch));
    } catch (IOException e) {
      LOG.error("{} cannot be listened on: {}", socket, e.getMessage());
    }
  }

  private void acceptBatch() {
    if (closed) {
      return;
    }
    try {
      for (int i = 0; i < BATCH; i++) {
        Descriptor connection = socket.accept();
        if (connection == null) {
          return;
        }
        new Visitor(this, connection).ask();
      }
    } catch (IOException e) {
      complain(e);
      stopWatching();
      pool.loop().later(PAUSE, this::listen);
    }
  }

  /** Once a second at most: it may last. */
  private void complain(IOException why) {
    long now = System.nanoTime();
    if (now - nextComplaint >= 0) {
      nextComplaint = now + COMPLAINTS.toNanos();
      LOG.error("{}: nobody can be accepted, who comes has to wait: {}", this, why.getMessage());
    }
  }

  private void stopWatching() {
    if (watch != null) {
      watch.end();
      watch = null;
    }
  }

  EventLoop loop() {
    return pool.loop();
  }

  /** How it shows that a visitor has gone, besides an error. */
  int hangUp() {
    return hangUp | Readiness.ERROR;
  }

  long ask(Visitor visitor) {
    FrontSettings now = settings;
    return pool.ask(now.app(), now.timeout(), visitor);
  }

  void withdraw(long request) {
    pool.withdraw(request);
  }

  /** Lets a visitor be watched for a hang-up if he waits for longer. On the loop. */
  void watchSoon(Visitor visitor) {
    if (unwatched.isEmpty()) {
      pool.loop().later(UNWATCHED, this::watchThoseWhoWait);
    }
    unwatched.add(visitor);
  }

  private void watchThoseWhoWait() {
    long longEnough = System.nanoTime() - UNWATCHED.toNanos();
    for (Visitor first = unwatched.peek(); first != null; first = unwatched.peek()) {
      if (first.waits()) {
        if (first.since() - longEnough > 0) {
          pool.loop().later(UNWATCHED, this::watchThoseWhoWait);
          return;
        }
        first.watchForHangUp();
      }
      unwatched.remove();
    }
  }

  /** Somebody said nothing before it was his turn. On the loop, as the next two. */
  void silent(Visitor visitor) {
    silent.add(visitor);
    if (!sweeping) {
      sweeping = true;
      pool.loop().later(SWEEP, this::sweep);
    }
  }

  void notSilent(Visitor visitor) {
    silent.remove(visitor);
  }

  private void sweep() {
    long tooLong = System.nanoTime() - SILENCE.toNanos();
    Iterator<Visitor> longest = silent.iterator();
    while (longest.hasNext()) {
      Visitor visitor = longest.next();
      if (visitor.since() - tooLong > 0) {
        break;
      }
      longest.remove();
      visitor.sendAway();
    }
    sweeping = !silent.isEmpty();
    if (sweeping) {
      pool.loop().later(SWEEP, this::sweep);
    }
  }

  void refuse(Descriptor connection, PoolException reason) {
    Refusal refusal = Refusal.of(reason, settings.development());
    if (refusal == null) {
      String id = Refusal.newId();
      LOG.error("Report {}: a request on {} failed: {}", id, this, reason.getMessage());
      refusal = Refusal.unexpected(id);
    }
    farewell(connection, refusal);
  }

  /** Answers in place of the application, and closes the connection. */
  void farewell(Descriptor connection, Refusal refusal) {
    partings.farewell(connection, RefusalPage.of(refusal, protocol));
  }

  /** Lets others connect to a Unix socket from now on. */
  public void permit(SocketPermissions permissions) throws IOException {
    socket.permit(permissions);
  }

  /**
   * Accepts those who have connected already, and then nobody any more. Those who wait go on
   * waiting; those who are being refused are given a second to read it, and the silent to speak.
   */
  @Override
  public void close() throws IOException {
    socket.hide();
    CompletableFuture<Void> over = new CompletableFuture<>();
    pool.loop().execute(() -> stopListening(over));
    over.join();
    socket.close();
  }

  private void stopListening(CompletableFuture<Void> over) {
    if (closed) {
      over.complete(null);
      return;
    }
    closed = true;
    stopWatching();
    try {
      for (Descriptor c = socket.accept(); c != null; c = socket.accept()) {
        new Visitor(this, c).ask();
      }
    } catch (IOException e) {
      LOG.error("{}: somebody could not be accepted any more: {}", socket, e.getMessage());
    }
    awaitLastWords(over, System.nanoTime() + LAST_WORDS.toNanos());
  }

  private void awaitLastWords(CompletableFuture<Void> over, long deadline) {
    boolean quiet = partings.open() == 0 && silent.isEmpty();
    if (quiet || System.nanoTime() - deadline > 0) {
      silent.forEach(Visitor::sendAway);
      silent.clear();
      over.complete(null);
    } else {
      pool.loop().later(UNWATCHED, () -> awaitLastWords(over, deadline));
    }
  }

  @Override
  public String toString() {
    return protocol.word() + (protocol == FrontProtocol.HTTP ? "://" : ":") + socket;
  }
}
