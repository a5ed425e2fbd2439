package dev.carpool.live;

import dev.carpool.api.PoolException;
import dev.carpool.api.Session;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.pool.PoolEffect;
import dev.carpool.pool.PoolEvent;
import dev.carpool.spawn.Spawner;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the connection of a session and gives one end to the process, the other to the requester.
 */
final class HandOver {

  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

  private final Sessions sessions;
  private final Spawner spawner;
  private final Consumer<PoolEvent> pool;

  HandOver(Sessions sessions, Spawner spawner, Consumer<PoolEvent> pool) {
    this.sessions = sessions;
    this.spawner = spawner;
    this.pool = pool;
  }

  /**
   * Hands a session over, unless the requester has gone.
   *
   * @return whether the requester needs nothing more; false if its request has returned to the
   *     queue
   */
  boolean perform(PoolEffect.HandOver granted, @Nullable CompletableFuture<Session> requester) {
    if (requester == null || requester.isDone()) {
      pool.accept(new PoolEvent.NotTaken(granted.session()));
      return true;
    }
    SocketPair pair;
    try {
      pair = SocketPair.open();
    } catch (IOException e) {
      LOG.error("no session can be opened: {}", e.getMessage());
      requester.completeExceptionally(
          new PoolException.Unavailable(
              "The pool server cannot open a session: " + e.getMessage()));
      pool.accept(new PoolEvent.NotTaken(granted.session()));
      return true;
    }
    long process = granted.process().value();
    LiveSession session = sessions.open(granted.session(), process, granted.pid(), pair.ours());
    try {
      spawner.serve(process, session.id(), pair.theirs());
    } catch (IOException e) {
      sessions.abandon(session);
      pool.accept(
          new PoolEvent.HandOverFailed(
              granted.session(), granted.request(), String.valueOf(e.getMessage())));
      return false;
    } finally {
      pair.theirs().close();
    }
    if (!requester.complete(session)) {
      session.close(); // it went away in this very moment
    }
    return true;
  }
}
