package dev.carpool.metrics;

import dev.carpool.api.Places;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Units;
import java.time.Duration;
import java.util.Comparator;

/** One application that the pool knows. Its counts end when the pool forgets it. */
final class AppMetrics {

  private AppMetrics() {}

  static void add(Families to, PoolStatus.App app) {
    String name = app.name();
    Places places = Places.of(app.processes());
    to.gauge(
            "carpool_app_waiting_requests",
            "Requests of the application that wait for a place now.",
            app.waiting(),
            "app",
            name)
        .histogram(
            "carpool_app_wait_seconds",
            "How long requests of the application waited for the place that they were given.",
            app.activity().waits(),
            "app",
            name)
        .gauge(
            "carpool_app_places",
            "Places of its processes that are ready.",
            places.all(),
            "app",
            name)
        .gauge(
            "carpool_app_places_busy",
            "Places at which a request of it is served.",
            places.busy(),
            "app",
            name)
        .gauge(
            "carpool_app_oldest_session_seconds",
            "How long its longest running request has taken; 0 when none runs.",
            Units.seconds(
                app.processes().stream()
                    .map(PoolStatus.Process::oldestSession)
                    .max(Comparator.naturalOrder())
                    .orElse(Duration.ZERO)),
            "app",
            name)
        .gauge(
            "carpool_app_generation",
            "1 at first, one up for each restart.",
            app.generation(),
            "app",
            name);
    Places.byState(app.processes())
        .forEach(
            (state, count) ->
                to.gauge(
                    "carpool_app_processes",
                    "Its living processes by state.",
                    count,
                    "app",
                    name,
                    "state",
                    state));
    starts(to, app);
    counts(to, app);
  }

  private static void starts(Families to, PoolStatus.App app) {
    PoolStatus.Failure failure = app.lastFailure();
    to.gauge(
            "carpool_app_failed_starts_in_a_row",
            "Starts of the application that have failed since the last one that did not.",
            failure == null ? 0 : failure.failures(),
            "app",
            app.name())
        .gauge(
            "carpool_app_next_start_seconds",
            "How long no process of it is started after failed starts; 0 without such a pause.",
            Units.seconds(app.retryIn()),
            "app",
            app.name());
  }

  private static void counts(Families to, PoolStatus.App app) {
    String name = app.name();
    to.counter(
            "carpool_app_requests_served",
            "Requests of the application that were served.",
            app.activity().served(),
            "app",
            name)
        .counter(
            "carpool_app_sessions_lost",
            "Sessions whose process ended before it was done with them.",
            app.unserved().lost(),
            "app",
            name);
    app.unserved()
        .refusedByReason()
        .forEach(
            (reason, count) ->
                to.counter(
                    "carpool_app_requests_refused",
                    "Requests of the application that were refused, by reason.",
                    count,
                    "app",
                    name,
                    "reason",
                    reason));
    app.activity()
        .ended()
        .forEach(
            (cause, count) ->
                to.counter(
                    "carpool_app_processes_ended",
                    "Processes of the application that are no more, by cause.",
                    count,
                    "app",
                    name,
                    "cause",
                    cause));
  }
}
