package dev.carpool.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A limit that can be set while the pool runs, by its word and a value as a person types them. */
public enum Setting {
  MAX {
    @Override
    public Change parse(String value) {
      int max = number(value, 1);
      return pool -> pool.setMax(max);
    }
  },
  MAX_PER_APP {
    @Override
    public Change parse(String value) {
      int maxPerApp = number(value, 0);
      return pool -> pool.setMaxPerApp(maxPerApp);
    }
  },
  MAX_IDLE_TIME {
    @Override
    public Change parse(String value) {
      Duration maxIdleTime = time(value);
      return pool -> pool.setMaxIdleTime(maxIdleTime);
    }
  },
  QUEUE_MAX {
    @Override
    public Change parse(String value) {
      int queueMax = number(value, 0);
      return pool -> pool.setQueueMax(queueMax);
    }
  };

  /** What is asked of the pool once the value is understood. */
  @FunctionalInterface
  public interface Change {
    Receipt apply(ApplicationPool pool) throws PoolException;
  }

  /**
   * Understands a value as it was typed.
   *
   * @throws IllegalArgumentException with a message for whoever typed it, if it is not one
   */
  public abstract Change parse(String value);

  /** The word for it on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The setting of a word; the file's way of writing it, with underscores, is taken too.
   *
   * @throws IllegalArgumentException with a message for whoever typed it, if there is none
   */
  public static Setting of(String word) {
    for (Setting setting : values()) {
      if (setting.word().equals(word.replace('_', '-'))) {
        return setting;
      }
    }
    String known = Arrays.stream(values()).map(Setting::word).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "there is no setting '%s'; there are %s".formatted(word, known));
  }

  final int number(String value, int least) {
    long number;
    try {
      number = Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s must be a whole number, but is '%s'".formatted(word(), value));
    }
    if (number < least || number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s is %d, but must be at least %d%s"
              .formatted(
                  word(),
                  number,
                  least,
                  number < least ? "" : " and at most " + Integer.MAX_VALUE));
    }
    return (int) number;
  }

  final Duration time(String value) {
    try {
      return Units.time(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(word() + ": " + e.getMessage());
    }
  }
}
