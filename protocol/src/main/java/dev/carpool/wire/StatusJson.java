package dev.carpool.wire;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.carpool.api.Histogram;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.Units;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pool's status for programs. Stable: fields may be added, but none is renamed, removed or
 * given another meaning. docs/json.md tells them to users.
 *
 * <pre>
 * version, server_pid, shutting_down,
 * count, active, inactive                 processes
 * waiting, expecting                      requests
 * oldest_wait_seconds                     0 when nothing waits
 * refused: queue_full, queue_timeout, spawn_failed, shutting_down, other
 * withdrawn, lost                         since the server started, of all applications
 * activity: granted, not_taken, failed_hand_overs, served,
 *   waits, starts, failed_starts: bounds_seconds[], counts[] (one more), sum_seconds
 *   ended: processes that are no more, by cause
 * listeners[]: address, app (empty: not the server's own), waiting, limit, peak,
 *   dropped                               -1: not known
 * limits: max, max_per_app, max_idle_time_seconds, max_spawning, queue_max
 * apps[]: name, root, generation, waiting, retry_in_seconds,
 *   outdated                              processes of earlier generations that still serve
 *   refused, withdrawn, lost, activity    as above, of this application
 *   processes[]: pid (0 while unknown), state (starting, idle, busy, draining, stopping), why,
 *                generation, concurrency, sessions, served, age_seconds, idle_for_seconds,
 *                oldest_session_seconds
 *   last_failure: null, or id, at (ISO 8601, UTC), summary, failures
 * requests[]: app, pid, session, age_seconds, what ("GET /path", or empty)
 *                                         if they were asked for
 * </pre>
 *
 * <p>Times are seconds with a fraction. The meaning of each field is that of {@link PoolStatus}.
 */
public final class StatusJson {

  private StatusJson() {}

  /** The status, indented, without a newline at the end. */
  public static String of(PoolStatus status) {
    return gson().setPrettyPrinting().create().toJson(pool(status));
  }

  /** The same with the requests that are being served. */
  public static String of(PoolStatus status, List<RunningRequest> running) {
    JsonObject json = pool(status);
    json.add("requests", RequestsJson.list(running));
    return gson().setPrettyPrinting().create().toJson(json);
  }

  /** The same in one line. */
  public static String line(PoolStatus status) {
    return gson().create().toJson(pool(status));
  }

  private static GsonBuilder gson() {
    return new GsonBuilder().serializeNulls().disableHtmlEscaping();
  }

  private static JsonObject pool(PoolStatus status) {
    JsonObject json = new JsonObject();
    json.addProperty("version", status.version());
    json.addProperty("server_pid", status.serverPid());
    json.addProperty("shutting_down", status.shuttingDown());
    json.addProperty("count", status.count());
    json.addProperty("active", status.active());
    json.addProperty("inactive", status.inactive());
    json.addProperty("waiting", status.waiting());
    json.addProperty("expecting", status.expecting());
    json.addProperty("oldest_wait_seconds", Units.seconds(status.oldestWait()));
    unserved(json, status.unserved());
    json.add("activity", activity(status.activity()));
    json.add("limits", limits(status.limits()));
    JsonArray listeners = new JsonArray();
    status.listeners().forEach(listener -> listeners.add(listener(listener)));
    json.add("listeners", listeners);
    JsonArray apps = new JsonArray();
    status.apps().forEach(app -> apps.add(app(app)));
    json.add("apps", apps);
    return json;
  }

  private static JsonObject limits(PoolLimits limits) {
    JsonObject json = new JsonObject();
    json.addProperty("max", limits.max());
    json.addProperty("max_per_app", limits.maxPerApp());
    json.addProperty("max_idle_time_seconds", Units.seconds(limits.maxIdleTime()));
    json.addProperty("max_spawning", limits.maxSpawning());
    json.addProperty("queue_max", limits.queueMax());
    return json;
  }

  private static JsonObject app(PoolStatus.App app) {
    JsonObject json = new JsonObject();
    json.addProperty("name", app.name());
    json.addProperty("root", app.root());
    json.addProperty("generation", app.generation());
    json.addProperty("waiting", app.waiting());
    json.addProperty("retry_in_seconds", Units.seconds(app.retryIn()));
    json.addProperty("outdated", app.outdated().size());
    unserved(json, app.unserved());
    json.add("activity", activity(app.activity()));
    JsonArray processes = new JsonArray();
    app.processes().forEach(process -> processes.add(process(process)));
    json.add("processes", processes);
    json.add("last_failure", failure(app.lastFailure()));
    return json;
  }

  private static void unserved(JsonObject json, PoolStatus.Unserved unserved) {
    JsonObject refused = new JsonObject();
    unserved.refusedByReason().forEach(refused::addProperty);
    json.add("refused", refused);
    json.addProperty("withdrawn", unserved.withdrawn());
    json.addProperty("lost", unserved.lost());
  }

  private static JsonObject activity(PoolStatus.Activity activity) {
    JsonObject json = new JsonObject();
    json.addProperty("granted", activity.granted());
    json.addProperty("not_taken", activity.notTaken());
    json.addProperty("failed_hand_overs", activity.failedHandOvers());
    json.addProperty("served", activity.served());
    json.add("waits", histogram(activity.waits()));
    json.add("starts", histogram(activity.starts()));
    json.add("failed_starts", histogram(activity.failedStarts()));
    JsonObject ended = new JsonObject();
    activity.ended().forEach(ended::addProperty);
    json.add("ended", ended);
    return json;
  }

  private static JsonObject histogram(Histogram histogram) {
    JsonObject json = new JsonObject();
    JsonArray bounds = new JsonArray();
    Histogram.BOUNDS.forEach(bounds::add);
    JsonArray counts = new JsonArray();
    histogram.counts().forEach(counts::add);
    json.add("bounds_seconds", bounds);
    json.add("counts", counts);
    json.addProperty("sum_seconds", histogram.sum());
    return json;
  }

  private static JsonObject listener(PoolStatus.Listener listener) {
    JsonObject json = new JsonObject();
    json.addProperty("address", listener.address());
    json.addProperty("app", listener.app());
    json.addProperty("waiting", listener.waiting());
    json.addProperty("limit", listener.limit());
    json.addProperty("peak", listener.peak());
    json.addProperty("dropped", listener.dropped());
    return json;
  }

  private static JsonObject process(PoolStatus.Process process) {
    JsonObject json = new JsonObject();
    json.addProperty("pid", process.pid());
    json.addProperty("state", process.state());
    json.addProperty("why", process.why());
    json.addProperty("generation", process.generation());
    json.addProperty("concurrency", process.concurrency());
    json.addProperty("sessions", process.sessions());
    json.addProperty("served", process.served());
    json.addProperty("age_seconds", Units.seconds(process.age()));
    json.addProperty("idle_for_seconds", Units.seconds(process.idleFor()));
    json.addProperty("oldest_session_seconds", Units.seconds(process.oldestSession()));
    return json;
  }

  private static JsonElement failure(PoolStatus.@Nullable Failure failure) {
    if (failure == null) {
      return JsonNull.INSTANCE;
    }
    JsonObject json = new JsonObject();
    json.addProperty("id", failure.id());
    json.addProperty("at", failure.at().toString());
    json.addProperty("summary", failure.summary());
    json.addProperty("failures", failure.failures());
    return json;
  }
}
