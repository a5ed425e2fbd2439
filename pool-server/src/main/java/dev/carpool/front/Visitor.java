package dev.carpool.front;

import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import dev.carpool.live.LiveSession;
import dev.carpool.live.Requester;
import dev.carpool.refusal.Refusal;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, from its first byte to its end.
 *
 * <p>It asks for nothing before it has sent something: who is silent occupies no process. While a
 * process serves it a copy of its descriptor is kept, to answer in place of a process that dies
 * before it has answered anything.
 *
 * <p>The loop and the pool may be at it at once: whoever changes the state acts.
 */
final class Visitor implements Requester {

  /** What a helper sets before it writes the first byte of a response: see its contract. */
  private static final int ANSWERING = 1;

  private enum State {
    SILENT,
    WAITING,
    SERVED,
    LEFT
  }

  private final Front front;
  private final Descriptor connection;
  private final AtomicReference<State> state = new AtomicReference<>(State.SILENT);
  private final AtomicReference<EventLoop.@Nullable Watch> watch = new AtomicReference<>();
  private final long since = System.nanoTime();
  private volatile long request;

  /** A visitor who has done nothing but connect, with his connection, which is taken over. */
  Visitor(Front front, Descriptor connection) {
    this.front = front;
    this.connection = connection;
  }

  /** When he came, by {@link System#nanoTime}. */
  long since() {
    return since;
  }

  /** Sees what he wants. On the loop. */
  void enter() {
    try {
      int ready = connection.ready(Readiness.READABLE | front.hangUp());
      if (ready == 0) {
        front.silent(this);
        watch(Readiness.READABLE | front.hangUp(), this::spoke);
      } else {
        spoken(ready);
      }
    } catch (IOException e) {
      leave(State.SILENT);
    }
  }

  private void spoke(int ready) {
    unwatch();
    front.notSilent(this);
    spoken(ready);
  }

  private void spoken(int ready) {
    if ((ready & front.hangUp()) != 0) {
      leave(State.SILENT);
      return;
    }
    state.set(State.WAITING);
    request = front.ask(this);
    if (state.get() == State.WAITING) {
      front.watchSoon(this);
    }
  }

  /** Sends somebody away who has said nothing for too long. On the loop. */
  void sendAway() {
    leave(State.SILENT);
  }

  /** Looks out for a hang-up, if he still waits. On the loop. */
  void watchForHangUp() {
    if (state.get() != State.WAITING) {
      return;
    }
    try {
      watch(front.hangUp(), ready -> hungUp());
    } catch (IOException e) {
      hungUp();
    }
    if (state.get() != State.WAITING) {
      unwatch(); // he was served in this very moment
    }
  }

  private void hungUp() {
    if (leave(State.WAITING)) {
      front.withdraw(request);
    }
  }

  @Override
  public @Nullable Descriptor connection(long session, long pid) throws IOException {
    // Who is served at once was there a microsecond ago.
    if (request != 0 && connection.ready(front.hangUp()) != 0) {
      leave(State.WAITING);
      return null;
    }
    if (!state.compareAndSet(State.WAITING, State.SERVED)) {
      return null;
    }
    unwatch();
    return connection;
  }

  @Override
  public void handedOver() {}

  @Override
  public void returned() {
    state.set(State.WAITING);
    front.loop().execute(() -> front.watchSoon(this));
  }

  @Override
  public void refused(PoolException reason) {
    if (state.compareAndSet(State.WAITING, State.LEFT)) {
      unwatch();
      front.refuse(connection, reason);
    }
  }

  @Override
  public void ended(LiveSession.Ending ending) {
    if (ending == LiveSession.Ending.LOST && !isAnswered()) {
      front.farewell(connection, Refusal.diedBeforeAnswering());
    } else {
      connection.close();
    }
  }

  private boolean isAnswered() {
    try {
      return connection.priority() >= ANSWERING;
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
