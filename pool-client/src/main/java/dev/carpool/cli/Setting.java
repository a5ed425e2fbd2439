package dev.carpool.cli;

import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.Receipt;
import dev.carpool.api.Units;
import dev.carpool.words.MisuseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A limit that can be set while the server runs. */
enum Setting {
  MAX {
    @Override
    Change parse(String value) throws MisuseException {
      int max = number(value, 1);
      return pool -> pool.setMax(max);
    }
  },
  MAX_PER_APP {
    @Override
    Change parse(String value) throws MisuseException {
      int maxPerApp = number(value, 0);
      return pool -> pool.setMaxPerApp(maxPerApp);
    }
  },
  MAX_IDLE_TIME {
    @Override
    Change parse(String value) throws MisuseException {
      Duration maxIdleTime = time(value);
      return pool -> pool.setMaxIdleTime(maxIdleTime);
    }
  },
  QUEUE_MAX {
    @Override
    Change parse(String value) throws MisuseException {
      int queueMax = number(value, 0);
      return pool -> pool.setQueueMax(queueMax);
    }
  };

  /** What is asked of the pool once the value is understood. */
  @FunctionalInterface
  interface Change {
    Receipt apply(ApplicationPool pool) throws PoolException;
  }

  /**
   * Understands a value as it was typed.
   *
   * @throws MisuseException if it is not one
   */
  abstract Change parse(String value) throws MisuseException;

  /** The word for it on the command line. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The setting of a word; the file's way of writing it, with underscores, is taken too.
   *
   * @throws MisuseException if there is none
   */
  static Setting of(String word) throws MisuseException {
    for (Setting setting : values()) {
      if (setting.word().equals(word.replace('_', '-'))) {
        return setting;
      }
    }
    String known = Arrays.stream(values()).map(Setting::word).collect(Collectors.joining(", "));
    throw new MisuseException("there is no setting '%s'; there are %s".formatted(word, known));
  }

  int number(String value, int least) throws MisuseException {
    long number;
    try {
      number = Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new MisuseException("%s must be a whole number, but is '%s'".formatted(word(), value));
    }
    if (number < least || number > Integer.MAX_VALUE) {
      throw new MisuseException(
          "%s is %d, but must be at least %d%s"
              .formatted(
                  word(),
                  number,
                  least,
                  number < least ? "" : " and at most " + Integer.MAX_VALUE));
    }
    return (int) number;
  }

  Duration time(String value) throws MisuseException {
    try {
      return Units.time(value);
    } catch (IllegalArgumentException e) {
      throw new MisuseException(word() + ": " + e.getMessage());
    }
  }
}
