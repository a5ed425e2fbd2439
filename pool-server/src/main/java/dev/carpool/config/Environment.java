package dev.carpool.config;

import java.util.Locale;

/**
 * For whom the applications run: who sees why one cannot start, and whether its files are watched.
 */
public enum Environment {
  /** For the people who write them: an error page says everything, and a changed file counts. */
  DEVELOPMENT,
  /** For everybody: an error page says the id under which the server's log says everything. */
  PRODUCTION;

  /** The word for it in configuration files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
