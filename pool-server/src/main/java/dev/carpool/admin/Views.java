package dev.carpool.admin;

import com.google.common.collect.ImmutableMap;
import dev.carpool.api.PoolException;
import dev.carpool.wire.RequestsJson;
import dev.carpool.wire.ScaleJson;
import dev.carpool.wire.StatusJson;
import org.jspecify.annotations.Nullable;

/** What can be looked at, by its path. */
final class Views {

  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /** Makes one answer from the pool as it is. */
  @FunctionalInterface
  private interface View {
    Answer show() throws PoolException;
  }

  private final ImmutableMap<String, View> views;

  Views(AdminSources from) {
    Answer page = AdminPage.load();
    views =
        ImmutableMap.<String, View>builder()
            .put("/", () -> page)
            .put("/status.json", () -> Answer.json(StatusJson.of(from.pool().status())))
            .put("/requests.json", () -> Answer.json(RequestsJson.of(from.pool().requests())))
            .put("/scale.json", () -> Answer.json(ScaleJson.of(from.pool().status())))
            .put("/metrics", () -> Answer.of(OPEN_METRICS, from.metrics().text()))
            .put("/healthz", () -> health(from))
            .put("/readyz", () -> readiness(from))
            .buildOrThrow();
  }

  /** That the pool answers: a count needs its lock, as everything does. */
  private static Answer health(AdminSources from) throws PoolException {
    int count = from.pool().count();
    return count < 0 ? Answer.text(503, "the pool counts " + count) : Answer.text(200, "ok");
  }

  private static Answer readiness(AdminSources from) {
    String missing = from.readiness().missing();
    return missing.isEmpty() ? Answer.text(200, "ready") : Answer.text(503, missing);
  }

  boolean has(String path) {
    return views.containsKey(path);
  }

  /** What is at a path; that there is nothing, if so. */
  Answer show(String path) {
    View view = views.get(path);
    if (view == null) {
      return Answer.text(
          404,
          "There is nothing here. There are %s, /events, and to POST /limits/NAME and /restart"
              .formatted(String.join(", ", views.keySet())));
    }
    try {
      return view.show();
    } catch (PoolException e) {
      return Answer.text(503, String.valueOf(e.getMessage()));
    }
  }

  /** What a request for a path may look like that is there for looking. */
  static @Nullable Answer wrongMethod(String method, String... allowed) {
    for (String one : allowed) {
      if (one.equals(method)) {
        return null;
      }
    }
    String all = String.join(", ", allowed);
    return Answer.text(405, "Only " + all + " is possible here").with("Allow", all);
  }
}
