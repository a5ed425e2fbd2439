package dev.carpool.api;

import java.util.Locale;

/** How an application is run. */
public enum AppKind {
  /** Whichever kind the files of the application's root show. */
  AUTO,
  /** A Python application with the interface of PEP 3333. */
  WSGI,
  /** A program that speaks the helper contract on its descriptor 0 by itself. */
  HELPER;

  /** The word for it in configuration files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
