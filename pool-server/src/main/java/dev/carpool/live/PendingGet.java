package dev.carpool.live;

import dev.carpool.api.PoolException;
import dev.carpool.api.Session;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The request of somebody who has no connection: one is made when there is a place, and its other
 * end is what the requester gets.
 */
final class PendingGet extends CompletableFuture<Session> implements Requester {

  private final LongConsumer giveBack;
  private volatile Runnable withdraw = () -> {};

  /** Both ends of the last connection that was made; one is made at a time. */
  private @Nullable LiveSession session;

  private @Nullable Descriptor theirs;

  /**
   * A request that the pool has not heard of.
   *
   * @param giveBack tells the pool that the holder is done with the session of this number
   */
  PendingGet(LongConsumer giveBack) {
    this.giveBack = giveBack;
  }

  /** How to tell the pool that nobody waits any more. */
  void onCancel(Runnable withdraw) {
    this.withdraw = withdraw;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      withdraw.run();
    }
    return cancelled;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>(); // what depends on a request is no request
  }

  @Override
  public @Nullable Descriptor connection(long number, long pid) throws IOException {
    if (isDone()) {
      return null;
    }
    SocketPair pair = SocketPair.open();
    session = new LiveSession(number, pid, pair.ours(), () -> giveBack.accept(number));
    theirs = pair.theirs();
    return theirs;
  }

  @Override
  public boolean isGone() {
    return true;
  }

  @Override
  public void handedOver() {
    LiveSession opened = Objects.requireNonNull(session);
    Objects.requireNonNull(theirs).close();
    if (!complete(opened)) {
      opened.close(); // it went away in this very moment
    }
  }

  @Override
  public void returned() {
    Objects.requireNonNull(session).descriptor().close();
    Objects.requireNonNull(theirs).close();
  }

  @Override
  public boolean takenBack() {
    return false; // the holder has the other end already
  }

  @Override
  public void refused(PoolException reason) {
    completeExceptionally(reason);
  }

  @Override
  public void overdue() {
    Objects.requireNonNull(session).becomeOverdue();
  }

  @Override
  public void ended(LiveSession.Ending ending) {
    Objects.requireNonNull(session).ending().complete(ending);
  }
}
