package dev.carpool.live;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.pool.PoolEffect;
import dev.carpool.pool.PoolEvent;
import dev.carpool.spawn.Spawner;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gives the connection of a requester to the process that has a place for it. */
final class HandOver {

  private final Sessions sessions;
  private final Spawner spawner;
  private final Consumer<PoolEvent> pool;

  HandOver(Sessions sessions, Spawner spawner, Consumer<PoolEvent> pool) {
    this.sessions = sessions;
    this.spawner = spawner;
    this.pool = pool;
  }

  /**
   * Hands a session over, unless the requester does not want it any more, or not yet.
   *
   * @param requester null if it has gone
   * @return whether the requester needs nothing more; false if its request is the pool's again
   */
  boolean perform(PoolEffect.HandOver granted, @Nullable Requester requester) {
    Descriptor connection;
    try {
      connection =
          requester == null ? null : requester.connection(granted.session().value(), granted.pid());
    } catch (IOException e) {
      pool.accept(
          new PoolEvent.NotOpened(
              granted.session(), granted.request(), String.valueOf(e.getMessage())));
      return false;
    }
    if (requester == null || connection == null) {
      boolean gone = requester == null || requester.isGone();
      pool.accept(new PoolEvent.NotTaken(granted.session(), gone));
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
}
