package dev.carpool.words;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words after a command, to be taken one after the other: first its options by name, then the
 * rest in order, and at last {@link #end()}.
 *
 * <p>An option's value is the next word, or stands behind an equals sign. Options may come before
 * and after other words; all that follows {@code --} is no option. A negative number is a value.
 */
public final class Arguments {

  private final List<String> words = new ArrayList<>();
  private final List<String> plain = new ArrayList<>();
  private final List<String> known = new ArrayList<>();

  public Arguments(List<String> words) {
    int separator = words.indexOf("--");
    if (separator < 0) {
      this.words.addAll(words);
    } else {
      this.words.addAll(words.subList(0, separator));
      plain.addAll(words.subList(separator + 1, words.size()));
    }
  }

  /** Takes an option without a value, by any of its names; says whether it was there. */
  public boolean flag(String... names) {
    List<String> all = List.of(names);
    known.addAll(all);
    return words.removeIf(all::contains);
  }

  /**
   * Takes an option with a value, by any of its names.
   *
   * @return the value; null if the option was not given
   * @throws MisuseException if it was given without a value, or twice
   */
  public @Nullable String option(String... names) throws MisuseException {
    String value = null;
    for (String name : names) {
      for (String found : options(name)) {
        if (value != null) {
          throw new MisuseException(name + " is given twice");
        }
        value = found;
      }
    }
    return value;
  }

  /**
   * Takes all values of an option that may be given more than once.
   *
   * @throws MisuseException if it was given without a value
   */
  public List<String> options(String name) throws MisuseException {
    known.add(name);
    List<String> values = new ArrayList<>();
    for (int i = 0; i < words.size(); ) {
      String word = words.get(i);
      if (word.equals(name)) {
        words.remove(i);
        if (i == words.size()) {
          throw new MisuseException(name + " needs a value");
        }
        values.add(words.remove(i));
      } else if (word.startsWith(name + "=")) {
        values.add(words.remove(i).substring(name.length() + 1));
      } else {
        i++;
      }
    }
    return values;
  }

  /**
   * Takes an option whose value is a number.
   *
   * @return the number; null if the option was not given
   * @throws MisuseException also if it is no number, or one less than that
   */
  public @Nullable Integer number(String name, int least) throws MisuseException {
    String value = option(name);
    if (value == null) {
      return null;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number that is too small.
    }
    throw new MisuseException(
        "%s must be a whole number of at least %d, but is '%s'".formatted(name, least, value));
  }

  /** Takes the next word that is no option; null if there is none. */
  public @Nullable String next() {
    for (int i = 0; i < words.size(); i++) {
      if (!isOption(words.get(i))) {
        return words.remove(i);
      }
    }
    return plain.isEmpty() ? null : plain.remove(0);
  }

  /**
   * Takes the next word that is no option.
   *
   * @param what it is, for the message if there is none
   */
  public String next(String what) throws MisuseException {
    String next = next();
    if (next == null) {
      refuseOptions();
      throw new MisuseException(what + " is missing");
    }
    return next;
  }

  /**
   * Makes sure that all has been taken.
   *
   * @throws MisuseException naming the first word that was not
   */
  public void end() throws MisuseException {
    refuseOptions();
    String extra = next();
    if (extra != null) {
      throw new MisuseException("'" + extra + "' is too much");
    }
  }

  private void refuseOptions() throws MisuseException {
    for (String word : words) {
      if (isOption(word)) {
        String nearest = Nearest.of(word.replaceFirst("=.*", ""), known);
        throw new MisuseException(
            "there is no option '%s'%s"
                .formatted(word, nearest == null ? "" : "; did you mean '" + nearest + "'?"));
      }
    }
  }

  private static boolean isOption(String word) {
    return word.length() > 1 && word.charAt(0) == '-' && !Character.isDigit(word.charAt(1));
  }
}
