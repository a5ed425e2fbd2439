package dev.carpool.api;

import java.util.Locale;

/** How the processes of an application come to be. */
public enum SpawnMethod {
  /**
   * A preloader loads the application once, and each process is forked from it; where the kind of
   * the application cannot, as {@link #DIRECT}.
   */
  SMART,
  /** Each process is executed, and loads the application itself. */
  DIRECT;

  /** The word for it in configuration files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
