package dev.carpool.live;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.pool.PoolEffect;
import dev.carpool.pool.PoolEvent;
import dev.carpool.pool.RequestId;
import dev.carpool.spawn.Spawner;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** Gives the connection of a requester to the process that has a place for it. */
final class HandOver {

  private final Map<RequestId, Requester> waiting;
  private final Sessions sessions;
  private final Spawner spawner;
  private final Consumer<PoolEvent> pool;

  HandOver(
      Map<RequestId, Requester> waiting,
      Sessions sessions,
      Spawner spawner,
      Consumer<PoolEvent> pool) {
    this.waiting = waiting;
    this.sessions = sessions;
    this.spawner = spawner;
    this.pool = pool;
  }

  /** Hands a session over, unless the requester does not want it any more, or not yet. */
  void perform(PoolEffect.HandOver granted) {
    Requester requester = waiting.remove(granted.request().id());
    if (requester == null) {
      pool.accept(new PoolEvent.NotTaken(granted.session(), true));
      return;
    }
    Descriptor connection;
    try {
      connection = requester.connection(granted.session().value(), granted.pid());
    } catch (IOException e) {
      waiting.put(granted.request().id(), requester);
      pool.accept(
          new PoolEvent.NotOpened(
              granted.session(), granted.request(), String.valueOf(e.getMessage())));
      return;
    }
    if (connection == null) {
      pool.accept(new PoolEvent.NotTaken(granted.session(), requester.isGone()));
      return;
    }
    sessions.open(granted, requester);
    try {
      spawner.serve(granted.process().value(), granted.session().value(), connection);
    } catch (IOException e) {
      sessions.abandon(granted, String.valueOf(e.getMessage()));
      return;
    }
    requester.handedOver();
    sessions.served(granted);
  }
}
