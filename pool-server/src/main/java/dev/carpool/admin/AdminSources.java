package dev.carpool.admin;

import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;

/**
 * What the admin listener is about. All of it is safe in any thread.
 *
 * @param pool which is looked at and changed; stays the caller's
 * @param metrics the text for Prometheus
 * @param readiness whether the server takes requests
 * @param token what allows to change
 */
public record AdminSources(
    ApplicationPool pool, Metrics metrics, Readiness readiness, AdminToken token) {

  /** A text in the format OpenMetrics. */
  @FunctionalInterface
  public interface Metrics {
    String text() throws PoolException;
  }

  /** Why the server does not take requests, in one line; empty if it does. */
  @FunctionalInterface
  public interface Readiness {
    String missing();
  }
}
