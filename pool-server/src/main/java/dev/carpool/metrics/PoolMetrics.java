package dev.carpool.metrics;

import dev.carpool.api.Places;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Units;
import java.util.List;

/** The whole pool. Its counts include those of applications that it has forgotten. */
final class PoolMetrics {

  private PoolMetrics() {}

  static void add(Families to, PoolStatus status) {
    to.gauge("carpool_build_info", "The server's version.", 1, "version", status.version());
    to.gauge(
        "carpool_shutting_down",
        "Whether new requests are refused because the server ends.",
        status.shuttingDown() ? 1 : 0);
    room(to, status);
    processes(to, status);
    served(to, status);
    status.listeners().forEach(listener -> listener(to, listener));
  }

  private static void room(Families to, PoolStatus status) {
    to.gauge(
            "carpool_waiting_requests",
            "Requests in the waiting room now: no place is expected for them.",
            status.waiting())
        .gauge(
            "carpool_waiting_room_size",
            "Requests that the waiting room holds (queue_max).",
            status.limits().queueMax())
        .gauge(
            "carpool_expecting_requests",
            "Requests that wait for a process being started, or for a place just given back.",
            status.expecting())
        .gauge(
            "carpool_oldest_wait_seconds",
            "How long the longest waiting request has waited; 0 when nothing waits.",
            Units.seconds(status.oldestWait()))
        .histogram(
            "carpool_wait_seconds",
            "How long requests waited for the place that they were given.",
            status.activity().waits());
  }

  private static void processes(Families to, PoolStatus status) {
    PoolLimits limits = status.limits();
    to.gauge("carpool_processes_max", "Processes that may live at once (max).", limits.max());
    List<PoolStatus.Process> all = status.processes();
    Places places = Places.of(all);
    to.gauge("carpool_places", "Places of processes that are ready.", places.all())
        .gauge("carpool_places_busy", "Places at which a request is served.", places.busy())
        .gauge(
            "carpool_line_depth_max",
            "Sessions on the line of the process that has most of them.",
            all.stream().mapToInt(PoolStatus.Process::sessions).max().orElse(0));
    Places.byState(all)
        .forEach(
            (state, count) ->
                to.gauge("carpool_processes", "Living processes by state.", count, "state", state));
    PoolStatus.Activity activity = status.activity();
    String took = "How long processes took from the wish until they were ready, or had failed.";
    to.histogram("carpool_process_start_seconds", took, activity.starts(), "result", "ready")
        .histogram(
            "carpool_process_start_seconds", took, activity.failedStarts(), "result", "failed");
    activity
        .ended()
        .forEach(
            (cause, count) ->
                to.counter(
                    "carpool_processes_ended",
                    "Processes that are no more, by cause.",
                    count,
                    "cause",
                    cause));
  }

  private static void served(Families to, PoolStatus status) {
    PoolStatus.Activity activity = status.activity();
    PoolStatus.Unserved unserved = status.unserved();
    to.counter("carpool_requests_served", "Requests that were served.", activity.served())
        .counter("carpool_places_granted", "Places given to requests.", activity.granted())
        .counter(
            "carpool_places_not_taken",
            "Places given back at once: the requester had gone, or had sent nothing yet.",
            activity.notTaken())
        .counter(
            "carpool_hand_overs_failed",
            "Connections that did not get to their process; their requests waited again.",
            activity.failedHandOvers())
        .counter(
            "carpool_requests_withdrawn",
            "Requests whose requester went away before they were served.",
            unserved.withdrawn())
        .counter(
            "carpool_sessions_lost",
            "Sessions whose process ended before it was done with them.",
            unserved.lost());
    unserved
        .refusedByReason()
        .forEach(
            (reason, count) ->
                to.counter(
                    "carpool_requests_refused",
                    "Requests that were refused, by reason.",
                    count,
                    "reason",
                    reason));
  }

  private static void listener(Families to, PoolStatus.Listener listener) {
    String[] labels = {"app", listener.app(), "listener", listener.address()};
    to.gauge(
            "carpool_listener_queue",
            "Connections in the accept queue of a listening socket now.",
            listener.waiting(),
            labels)
        .gauge(
            "carpool_listener_queue_limit",
            "Connections that the accept queue takes.",
            listener.limit(),
            labels)
        .gauge(
            "carpool_listener_queue_peak",
            "The most connections seen in the accept queue since the server started.",
            listener.peak(),
            labels);
    if (listener.dropped() >= 0) {
      to.counter(
          "carpool_listener_dropped",
          "Connections that the kernel dropped because the accept queue was full.",
          listener.dropped(),
          labels);
    }
  }
}
