package dev.carpool.refusal;

import dev.carpool.api.PoolException;
import dev.carpool.api.SpawnReport;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Why a visitor gets a page of the server's instead of an answer of the application's.
 *
 * @param status of the response
 * @param title a few words
 * @param text one or two sentences for whoever sees the page
 * @param retryAfter seconds, 0 when nothing is known about that
 * @param report to show in full; null for none, or not here
 */
public record Refusal(
    int status, String title, String text, long retryAfter, @Nullable SpawnReport report) {

  private Refusal(int status, String title, String text) {
    this(status, title, text, 0, null);
  }

  /**
   * What the pool's refusal is for a visitor.
   *
   * @param development whether the visitor may see the inside
   * @return null for those that are a fault of the server
   */
  public static @Nullable Refusal of(PoolException reason, boolean development) {
    return switch (reason) {
      case PoolException.QueueFull full ->
          new Refusal(
              503,
              "Too busy",
              "So many requests are waiting already that yours could not be added."
                  + " Please try again in a moment.",
              seconds(full.retryAfter()),
              null);
      case PoolException.ShuttingDown ignored -> shuttingDown();
      case PoolException.QueueTimeout timeout ->
          new Refusal(
              504,
              "Waited too long",
              "No process of the application became free in time. Please try again.",
              seconds(timeout.retryAfter()),
              null);
      case PoolException.SpawnFailed failed ->
          new Refusal(
              503,
              "The application could not be started",
              "Report "
                  + failed.report().id()
                  + ". The server's administrator finds it under this name in the log.",
              seconds(failed.retryAfter()),
              development ? failed.report() : null);
      case PoolException.BadRequest ignored -> null;
      case PoolException.NotFound ignored -> null;
      case PoolException.Denied ignored -> null;
      case PoolException.Unavailable ignored -> null;
    };
  }

  public static Refusal shuttingDown() {
    return new Refusal(
        503,
        "Shutting down",
        "The server is shutting down. Please try again in a moment.",
        1,
        null);
  }

  /**
   * A process that is gone before it has answered anything.
   *
   * @param overdue whether that is because it took longer than it may
   */
  public static Refusal noAnswer(boolean overdue) {
    return overdue
        ? new Refusal(504, "Took too long", "The application did not answer in the time it has.")
        : new Refusal(502, "No answer", "The application's process ended before it had answered.");
  }

  public static Refusal garbage() {
    return new Refusal(
        502, "Answered garbage", "The application answered something that is not a response.");
  }

  public static Refusal tooLarge(long limit) {
    return new Refusal(
        413, "Too large", "This server takes at most " + limit + " bytes with a request.");
  }

  public static Refusal tooSlow() {
    return new Refusal(408, "Too slow", "The rest of the request did not arrive in time.");
  }

  public static Refusal badPath() {
    return new Refusal(400, "Bad address", "The address has a NUL byte in it.");
  }

  public static Refusal notAProxy() {
    return new Refusal(405, "Not a proxy", "This server does not open tunnels.");
  }

  /** A name for what is written to the log, and told to nobody else. */
  public static String newId() {
    return "%08x".formatted(ThreadLocalRandom.current().nextInt());
  }

  /**
   * A fault of the server.
   *
   * @param id under which the log says more
   */
  public static Refusal unexpected(String id) {
    return new Refusal(
        500,
        "Something went wrong",
        "Report " + id + ". The server's administrator finds it under this name in the log.");
  }

  /** One that the HTTP server itself has a status for. */
  public static Refusal ofServer(int status, String title) {
    return new Refusal(status, title, "The server could not serve this request.");
  }

  private static long seconds(Duration retryAfter) {
    return Math.max(1, retryAfter.plusMillis(999).toSeconds());
  }

  /** The page as plain text. */
  public String text() {
    return report != null ? report.toText() : status + " " + title + "\n\n" + text + "\n";
  }
}
