package dev.carpool.words;

/** A command line that cannot be understood; the message says why, to whoever typed it. */
public final class MisuseException extends Exception {

  public MisuseException(String message) {
    super(message);
  }
}
