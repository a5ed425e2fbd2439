package dev.carpool.wire;

import com.google.gson.JsonObject;
import dev.carpool.api.Places;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Units;

/**
 * How much there is to do, in one flat object for programs that start and stop servers. Stable.
 *
 * <pre>
 * waiting              requests that wait for a place: in the waiting room, and those that expect one
 * oldest_wait_seconds  how long the oldest of them has waited; 0 when none waits
 * busy                 places that are taken
 * places               places of all living processes, and of those that could still be started
 * utilisation          busy / places, from 0 to 1
 * </pre>
 *
 * <p>Places count what this server could serve at once and not what it happens to have started: of
 * its processes alone, which come with the requests, nearly all places would always be taken. A
 * process that could be started counts as many as the living process with the fewest has; one if
 * none lives. A limit of an application's own is not seen.
 */
public final class ScaleJson {

  private ScaleJson() {}

  /** The object in one line, without a newline at the end. */
  public static String of(PoolStatus status) {
    long places = places(status);
    int busy = Places.of(status.processes()).busy();
    JsonObject json = new JsonObject();
    json.addProperty("waiting", status.waiting() + status.expecting());
    json.addProperty("oldest_wait_seconds", Units.seconds(status.oldestWait()));
    json.addProperty("busy", busy);
    json.addProperty("places", places);
    json.addProperty("utilisation", Math.round(1000.0 * busy / places) / 1000.0);
    return json.toString();
  }

  private static long places(PoolStatus status) {
    long living = 0;
    long fewest = Long.MAX_VALUE;
    long startable = 0;
    int perApp = status.limits().maxPerApp();
    int room = Math.max(0, status.limits().max() - status.count());
    for (PoolStatus.App app : status.apps()) {
      for (PoolStatus.Process process : app.processes()) {
        living += process.concurrency();
        fewest = Math.min(fewest, process.concurrency());
      }
      startable += perApp == 0 ? room : Math.max(0, perApp - app.processes().size());
    }
    if (status.apps().isEmpty()) {
      startable = room;
    }
    long more = Math.min(room, startable) * (fewest == Long.MAX_VALUE ? 1 : fewest);
    return Math.max(1, living + more); // a limit is at least 1, and so never nothing over nothing
  }
}
