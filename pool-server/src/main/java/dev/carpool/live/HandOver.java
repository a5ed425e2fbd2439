package dev.carpool.live;

import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.pool.PoolEffect;
import dev.carpool.pool.PoolEvent;
import dev.carpool.spawn.Spawner;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the connection of a requester to the process that has a place for it. */
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
   * @param requester null if it has gone
   * @return whether the requester needs nothing more; false if its request has returned to the
   *     queue
   */
  boolean perform(PoolEffect.HandOver granted, @Nullable Requester requester) {
    Descriptor connection = requester == null ? null : connection(granted, requester);
    if (requester == null || connection == null) {
      pool.accept(new PoolEvent.NotTaken(granted.session()));
      return true;
    }
    long process = granted.process().value();
    long session = granted.session().value();
    sessions.open(session, process, requester);
    try {
      spawner.serve(process, session, connection);
    } catch (IOException e) {
      sessions.abandon(session);
      requester.returned();
      pool.accept(
          new PoolEvent.HandOverFailed(
              granted.session(), granted.request(), String.valueOf(e.getMessage())));
      return false;
    }
    requester.handedOver();
    return true;
  }

  private static @Nullable Descriptor connection(
      PoolEffect.HandOver granted, Requester requester) {
    try {
      return requester.connection(granted.session().value(), granted.pid());
    } catch (IOException e) {
      LOG.error("no session can be opened: {}", e.getMessage());
      requester.refused(
          new PoolException.Unavailable(
              "The pool server cannot open a session: " + e.getMessage()));
      return null;
    }
  }
}
