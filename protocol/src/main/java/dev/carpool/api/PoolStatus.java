package dev.carpool.api;

import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pool at one instant.
 *
 * @param version of the server
 * @param serverPid the pool server's process
 * @param limits what is allowed
 * @param count living processes: starting, idle, busy, draining, stopping
 * @param active processes with at least one session
 * @param inactive processes that are idle
 * @param waiting requests in the waiting room
 * @param expecting requests beside them for which a process is being started or has just been given
 *     back
 * @param oldestWait how long the longest waiting request of both has waited; zero when there is
 *     none
 * @param shuttingDown whether new requests are refused
 * @param unserved what was not served since the server started, of all applications, also of those
 *     that it has forgotten
 * @param activity what was done since the server started, of all applications as well
 * @param listeners the accept queues that the server watches: its own, and those it was told to
 * @param apps every application the pool knows, by name
 */
public record PoolStatus(
    String version,
    long serverPid,
    PoolLimits limits,
    int count,
    int active,
    int inactive,
    int waiting,
    int expecting,
    Duration oldestWait,
    boolean shuttingDown,
    Unserved unserved,
    Activity activity,
    List<Listener> listeners,
    List<App> apps) {

  public PoolStatus {
    listeners = List.copyOf(listeners);
    apps = List.copyOf(apps);
  }

  /**
   * One application.
   *
   * @param name its key
   * @param root where its code is
   * @param generation 1 at first, one up for each restart
   * @param waiting its requests in the waiting room and expecting a process
   * @param retryIn how long no process will be started after failed starts; zero when there is no
   *     such pause
   * @param unserved what was not served since the server knows it
   * @param activity what was done since then
   * @param processes its living processes, the oldest first
   * @param lastFailure its last failed start, gone after a successful one
   */
  public record App(
      String name,
      String root,
      int generation,
      int waiting,
      Duration retryIn,
      Unserved unserved,
      Activity activity,
      List<Process> processes,
      @Nullable Failure lastFailure) {
    public App {
      processes = List.copyOf(processes);
    }

    /** Processes of earlier generations that serve until they are replaced. */
    public List<Process> outdated() {
      return processes.stream()
          .filter(process -> process.generation() < generation)
          .filter(process -> process.state().equals("idle") || process.state().equals("busy"))
          .toList();
    }
  }

  /**
   * Who was not served, and why: exact counts that only rise.
   *
   * @param queueFull requests refused because the waiting room was full
   * @param queueTimeout requests refused because their time was over
   * @param spawnFailed requests refused because no process could be started
   * @param shuttingDown requests refused because the pool was ending
   * @param other requests refused because no connection could be made or handed over
   * @param withdrawn requests whose requester went away before it had a session
   * @param lost sessions whose process was gone before it said that it was done with them
   */
  public record Unserved(
      long queueFull,
      long queueTimeout,
      long spawnFailed,
      long shuttingDown,
      long other,
      long withdrawn,
      long lost) {

    public static final Unserved NONE = new Unserved(0, 0, 0, 0, 0, 0, 0);

    /** Requests that were refused, for whatever reason. */
    public long refused() {
      return queueFull + queueTimeout + spawnFailed + shuttingDown + other;
    }

    /** Requests that were refused, by the word for the reason; each reason is there. */
    public ImmutableMap<String, Long> refusedByReason() {
      return ImmutableMap.of(
          "queue_full", queueFull,
          "queue_timeout", queueTimeout,
          "spawn_failed", spawnFailed,
          "shutting_down", shuttingDown,
          "other", other);
    }
  }

  /**
   * What was done: exact counts that only rise.
   *
   * @param granted places given to requests
   * @param notTaken of these, places given back at once: the requester had gone, or had not sent
   *     anything yet
   * @param failedHandOvers of these, connections that did not get to their process
   * @param served of these, sessions that their process was done with
   * @param waits how long requests waited for the place that they were given
   * @param starts how long processes took from the wish until they were ready
   * @param failedStarts how long it took until a start had failed
   * @param ended processes that are no more, by cause: died (by itself), start_failed, idle,
   *     above_limit, made_room (for another application), restarted, max_requests, memory,
   *     max_request_time, removed, shutdown; all of them are always there
   */
  public record Activity(
      long granted,
      long notTaken,
      long failedHandOvers,
      long served,
      Histogram waits,
      Histogram starts,
      Histogram failedStarts,
      Map<String, Long> ended) {

    public static final Activity NONE =
        new Activity(
            0, 0, 0, 0, Histogram.EMPTY, Histogram.EMPTY, Histogram.EMPTY, ImmutableMap.of());

    public Activity {
      ended = ImmutableMap.copyOf(ended);
    }
  }

  /**
   * The accept queue of a listening socket: connections that nobody has accepted yet.
   *
   * @param address as {@code unix:/run/blog.sock}, {@code tcp:127.0.0.1:8080}
   * @param app whom it serves; empty if it is not the server's own
   * @param waiting connections in the queue
   * @param limit of listen(2); the kernel takes one more than that
   * @param peak the most that was seen since the server started
   * @param dropped connections that the kernel dropped since the listener was opened; -1 if it does
   *     not say, as for Unix sockets
   */
  public record Listener(
      String address, String app, int waiting, int limit, int peak, long dropped) {}

  /** The living processes of all applications. */
  public List<Process> processes() {
    return apps.stream().flatMap(app -> app.processes().stream()).toList();
  }

  /** The same with these listeners. */
  public PoolStatus withListeners(List<Listener> listeners) {
    return new PoolStatus(
        version,
        serverPid,
        limits,
        count,
        active,
        inactive,
        waiting,
        expecting,
        oldestWait,
        shuttingDown,
        unserved,
        activity,
        listeners,
        apps);
  }

  /**
   * One process.
   *
   * @param pid 0 while it is not known yet
   * @param state starting, idle, busy, draining or stopping
   * @param why the reason for draining or stopping, or for being replaced soon; else empty
   * @param generation of its application it belongs to
   * @param concurrency places it has
   * @param sessions places that are taken
   * @param served sessions it has finished
   * @param age since its start
   * @param idleFor how long it has been idle; zero when it is not
   * @param oldestSession how long the oldest of its sessions has taken; zero when it has none
   */
  public record Process(
      long pid,
      String state,
      String why,
      int generation,
      int concurrency,
      int sessions,
      long served,
      Duration age,
      Duration idleFor,
      Duration oldestSession) {}

  /**
   * A start that failed.
   *
   * @param id the name of its report in the server's log
   * @param at when
   * @param summary why, in one line
   * @param failures in a row
   */
  public record Failure(String id, Instant at, String summary, int failures) {}
}
