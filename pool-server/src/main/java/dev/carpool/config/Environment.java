package dev.carpool.config;

import java.util.Locale;

/** Who sees the pages of the gateway. */
public enum Environment {
  /** The people who write the application: an error page says everything. */
  DEVELOPMENT,
  /** Everybody: an error page says the id under which the server's log says everything. */
  PRODUCTION;

  /** The word for it in configuration files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
