package dev.carpool.config;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * Something wrong at a place of a configuration file.
 *
 * @param file as it was named by the user
 * @param line from 1; 0 if it is about the file as a whole
 * @param column from 1; 0 if it is about the file as a whole
 * @param message what is wrong and what is expected
 */
public record Problem(Path file, int line, int column, String message) {

  static final Comparator<Problem> BY_PLACE =
      Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

  /** The form that editors and compilers use: {@code file:line:column: message}. */
  @Override
  public String toString() {
    return line == 0 ? file + ": " + message : file + ":" + line + ":" + column + ": " + message;
  }
}
