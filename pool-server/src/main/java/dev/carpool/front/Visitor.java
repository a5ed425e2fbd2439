package dev.carpool.front;

import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import dev.carpool.descriptor.StreamSocket;
import dev.carpool.live.LiveSession;
import dev.carpool.live.Requester;
import dev.carpool.refusal.Refusal;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, to its end.
 *
 * <p>Who has said nothing by the time it is his turn occupies no process: he asks again when he has
 * spoken. While a process serves him a copy of his descriptor is kept, to answer in place of a
 * process that dies before it has answered anything.
 *
 * <p>The loop and the pool may be at it at once: whoever changes the state acts.
 */
final class Visitor implements Requester {

  /** What a helper sets before it writes the first byte of a response: see its contract. */
  private static final int ANSWERING = 1;

  private enum State {
    WAITING,
    SILENT,
    SERVED,
    LEFT
  }

  private final Front front;
  private final Descriptor connection;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private final AtomicReference<EventLoop.@Nullable Watch> watch = new AtomicReference<>();
  private long since; // confined to the loop
  private volatile long request;
  private volatile boolean overdue;
  private volatile boolean answered;

  /** A visitor who has done nothing but connect, with his connection, which is taken over. */
  Visitor(Front front, Descriptor connection) {
    this.front = front;
    this.connection = connection;
  }

  /** Since when he waits or is silent, by {@link System#nanoTime}. On the loop. */
  long since() {
    return since;
  }

  boolean waits() {
    return state.get() == State.WAITING;
  }

  /** Asks for a process. On the loop. */
  void ask() {
    since = System.nanoTime();
    request = front.ask(this);
    if (waits()) {
      front.watchSoon(this);
    }
  }

  /** His turn came too early: looks out for his first word. */
  private void beSilent() {
    if (state.get() != State.SILENT) {
      return;
    }
    since = System.nanoTime();
    front.silent(this);
    try {
      watch(Readiness.READABLE | front.hangUp(), this::spoke);
    } catch (IOException e) {
      sendAway();
    }
  }

  private void spoke(int ready) {
    unwatch();
    front.notSilent(this);
    if ((ready & front.hangUp()) != 0) {
      sendAway();
    } else if (state.compareAndSet(State.SILENT, State.WAITING)) {
      ask();
    }
  }

  /** Sends somebody away who has said nothing for too long. On the loop. */
  void sendAway() {
    leave(State.SILENT);
  }

  /** Looks out for a hang-up while he waits. On the loop. */
  void watchForHangUp() {
    try {
      watch(front.hangUp(), ready -> hungUp());
    } catch (IOException e) {
      hungUp();
    }
    if (!waits()) {
      unwatch(); // he was served in this very moment
    }
  }

  private void hungUp() {
    if (leave(State.WAITING)) {
      front.withdraw(request);
    }
  }

  @Override
  public @Nullable Descriptor connection(long session, long pid) {
    int ready;
    try {
      ready = connection.ready(Readiness.READABLE | front.hangUp());
    } catch (IOException e) {
      ready = Readiness.ERROR; // he was sent away in this very moment
    }
    if ((ready & front.hangUp()) != 0) {
      leave(State.WAITING);
      return null;
    }
    if (ready != 0 && front.protocol() == FrontProtocol.HTTP && speaksScgi()) {
      leave(State.WAITING);
      return null;
    }
    if (!state.compareAndSet(State.WAITING, ready == 0 ? State.SILENT : State.SERVED)) {
      return null;
    }
    unwatch();
    if (ready == 0) {
      front.loop().execute(this::beSilent);
      return null;
    }
    return connection;
  }

  /** No method of HTTP begins with a digit, and SCGI would be believed who it is and whence. */
  private boolean speaksScgi() {
    try {
      return Character.isDigit(StreamSocket.firstByte(connection));
    } catch (IOException e) {
      return true; // he has gone
    }
  }

  @Override
  public boolean isGone() {
    return state.get() == State.LEFT;
  }

  @Override
  public void handedOver() {}

  @Override
  public void returned() {
    state.set(State.WAITING);
    front.loop().execute(() -> front.watchSoon(this));
  }

  @Override
  public boolean takenBack() {
    returned();
    return true;
  }

  @Override
  public void refused(PoolException reason) {
    if (state.compareAndSet(State.WAITING, State.LEFT)) {
      unwatch();
      front.refuse(connection, reason);
    }
  }

  @Override
  public void overdue() {
    overdue = true;
  }

  @Override
  public void answering() {
    answered = true;
  }

  @Override
  public void ended(LiveSession.Ending ending) {
    if (ending == LiveSession.Ending.LOST && !isAnswered()) {
      front.farewell(connection, Refusal.noAnswer(overdue));
    } else {
      connection.close();
    }
  }

  private boolean isAnswered() {
    try {
      return answered || connection.priority() >= ANSWERING;
    } catch (IOException e) {
      return true;
    }
  }

  private boolean leave(State from) {
    if (!state.compareAndSet(from, State.LEFT)) {
      return false;
    }
    unwatch();
    connection.close();
    return true;
  }

  private void watch(int interest, EventLoop.Handler handler) throws IOException {
    watch.set(front.loop().watch(connection, interest, handler));
  }

  private void unwatch() {
    EventLoop.Watch last = watch.getAndSet(null);
    if (last != null) {
      last.end();
    }
  }
}
