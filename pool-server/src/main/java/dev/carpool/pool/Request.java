package dev.carpool.pool;

import dev.carpool.api.AppSpec;

/**
 * A request for a session, as it waits and as it is handed over.
 *
 * @param id who it is
 * @param app what it wants a session with
 * @param since when it arrived, in the machine's nanoseconds
 * @param deadline when its time is over, fixed when it arrived
 * @param attempts hand-overs that failed
 */
public record Request(RequestId id, AppSpec app, long since, long deadline, int attempts) {

  Request afterFailedHandOver() {
    return new Request(id, app, since, deadline, attempts + 1);
  }
}
