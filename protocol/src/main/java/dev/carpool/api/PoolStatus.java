package dev.carpool.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    List<App> apps) {

  public PoolStatus {
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
      Duration idleFor) {}

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
