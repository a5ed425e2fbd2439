package dev.carpool.admin;

import dev.carpool.api.ApplicationPool;

/**
 * What the admin listener is about. All of it is safe in any thread.
 *
 * @param pool which is looked at and changed; stays the caller's
 * @param readiness whether the server takes requests
 * @param token what allows to change
 */
public record AdminSources(ApplicationPool pool, Readiness readiness, AdminToken token) {

  /** Why the server does not take requests, in one line; empty if it does. */
  @FunctionalInterface
  public interface Readiness {
    String missing();
  }
}
