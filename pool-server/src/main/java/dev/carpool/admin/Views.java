package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableMap;
import dev.carpool.api.PoolException;
import dev.carpool.metrics.MetricsPage;
import dev.carpool.wire.RequestsJson;
import dev.carpool.wire.ScaleJson;
import dev.carpool.wire.StatusJson;
import org.jspecify.annotations.Nullable;

/** What can be looked at, by its path. */
final class Views {

  /** Makes one answer from the pool as it is, in a format that is accepted if there are several. */
  @FunctionalInterface
  private interface View {
    Answer show(@Nullable String accept) throws PoolException;
  }

  private final ImmutableMap<String, View> views;

  Views(AdminSources from) {
    Answer page = AdminPage.load();
    views =
        ImmutableMap.<String, View>builder()
            .put("/", _ -> page)
            .put("/status.json", _ -> Answer.json(StatusJson.of(from.pool().status())))
            .put("/requests.json", _ -> Answer.json(RequestsJson.of(from.pool().requests())))
            .put("/scale.json", _ -> Answer.json(ScaleJson.of(from.pool().status())))
            .put("/metrics", accept -> metrics(from, accept))
            .put("/healthz", _ -> health(from))
            .put("/readyz", _ -> readiness(from))
            .buildOrThrow();
  }

  private static Answer metrics(AdminSources from, @Nullable String accept) throws PoolException {
    MetricsPage page = MetricsPage.of(from.pool().status(), accept);
    return Answer.of(page.contentType(), new String(page.body(), UTF_8));
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

  /**
   * What is at a path; that there is nothing, if so.
   *
   * @param accept the formats that are accepted
   */
  Answer show(String path, @Nullable String accept) {
    View view = views.get(path);
    if (view == null) {
      return Answer.text(
          404,
          "There is nothing here. There are %s, /events, and to POST /limits/NAME and /restart"
              .formatted(String.join(", ", views.keySet())));
    }
    try {
      return view.show(accept);
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
