package dev.carpool.config;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.carpool.api.Units;
import dev.carpool.words.Nearest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * One table of the file: takes its values by type, and notes what is wrong with them.
 *
 * <p>A value that is wrong counts as absent, so that the reading goes on and finds the rest.
 */
final class Section {

  /** What a shell can set, for one sets them. */
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Path file;
  private final List<Problem> problems;
  private final TomlTable table;
  private final String name;
  private final TomlPosition position;

  /**
   * @param name as it stands between brackets; empty for the file itself
   * @param position where it begins
   */
  Section(Path file, List<Problem> problems, TomlTable table, String name, TomlPosition position) {
    this.file = file;
    this.problems = problems;
    this.table = table;
    this.name = name;
    this.position = position;
  }

  /** Notes every key that is not among these. */
  void allow(ImmutableSet<String> known) {
    for (String key : table.keySet()) {
      if (known.contains(key)) {
        continue;
      }
      String nearest = Nearest.of(key, known);
      wrong(
          at(key),
          "unknown key '%s'%s; %s"
              .formatted(
                  shown(key),
                  name.isEmpty() ? "" : " in [" + name + "]",
                  nearest != null
                      ? "did you mean '" + nearest + "'?"
                      : "known are " + String.join(", ", known)));
    }
  }

  ImmutableSet<String> keys() {
    return ImmutableSet.copyOf(table.keySet());
  }

  boolean has(String key) {
    return table.contains(List.of(key));
  }

  /** The table under a key; null if there is none. */
  @Nullable Section table(String key) {
    Object value = value(key);
    if (value == null) {
      return null;
    }
    String full = name.isEmpty() ? key : name + "." + quoted(key);
    if (!(value instanceof TomlTable inner)) {
      wrong(at(key), "'%s' must be a table, but is %s".formatted(full, kind(value)));
      return null;
    }
    return new Section(file, problems, inner, full, at(key));
  }

  @Nullable String text(String key) {
    Object value = value(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text)) {
      mustBe(key, "a text in quotes", value);
      return null;
    }
    if (text.isBlank() || text.indexOf('\0') >= 0) {
      wrong(at(key), "'%s' must be a text with something in it".formatted(key));
      return null;
    }
    return text;
  }

  /** The name of a user or group, or its number in digits. */
  @Nullable String nameOrNumber(String key) {
    Object value = value(key);
    if (value instanceof Long number) {
      if (number >= 0 && number <= Integer.MAX_VALUE) {
        return number.toString();
      }
      mustBe(key, "a name in quotes or a number from 0 to " + Integer.MAX_VALUE, number);
      return null;
    }
    if (value != null && !(value instanceof String)) {
      mustBe(key, "a name in quotes or a number", value);
      return null;
    }
    return text(key);
  }

  int number(String key, int least, int otherwise) {
    Object value = value(key);
    if (value == null) {
      return otherwise;
    }
    if (!(value instanceof Long number)) {
      mustBe(key, "a whole number", value);
      return otherwise;
    }
    if (number < least || number > Integer.MAX_VALUE) {
      wrong(
          at(key),
          "'%s' is %d, but must be at least %d%s"
              .formatted(
                  key, number, least, number < least ? "" : " and at most " + Integer.MAX_VALUE));
      return otherwise;
    }
    return number.intValue();
  }

  Duration time(String key, Duration least, Duration otherwise) {
    Duration time = united(key, "a time", Units.TIME_EXAMPLES, Units::time);
    if (time == null) {
      return otherwise;
    }
    if (time.compareTo(least) < 0) {
      wrong(
          at(key),
          "'%s' is %s, but must be at least %s"
              .formatted(key, Units.words(time), Units.words(least)));
      return otherwise;
    }
    return time;
  }

  long size(String key, long otherwise) {
    Long size = united(key, "a size", Units.SIZE_EXAMPLES, Units::size);
    return size == null ? otherwise : size;
  }

  private <T> @Nullable T united(
      String key, String what, String examples, Function<String, T> parser) {
    Object value = value(key);
    if (value == null) {
      return null;
    }
    if (value instanceof Long number && number == 0) {
      return parser.apply("0");
    }
    if (!(value instanceof String text)) {
      mustBe(key, what + " with its unit in quotes, as " + examples, value);
      return null;
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      wrong(at(key), "'%s': %s".formatted(key, e.getMessage()));
      return null;
    }
  }

  /** The word of an enumeration that is written in lower case. */
  <E extends Enum<E>> E word(String key, E otherwise) {
    String text = text(key);
    if (text == null) {
      return otherwise;
    }
    ImmutableList.Builder<String> words = ImmutableList.builder();
    for (E constant : otherwise.getDeclaringClass().getEnumConstants()) {
      String word = constant.name().toLowerCase(Locale.ROOT);
      if (word.equals(text)) {
        return constant;
      }
      words.add("\"" + word + "\"");
    }
    wrong(
        at(key),
        "'%s' is \"%s\", but must be one of %s"
            .formatted(key, shown(text), String.join(", ", words.build())));
    return otherwise;
  }

  /** The texts of a list, each taken by the parser; one text alone is a list of one. */
  <T> ImmutableList<T> list(String key, Function<String, T> parser) {
    Object value = value(key);
    if (value == null) {
      return ImmutableList.of();
    }
    ImmutableList.Builder<T> taken = ImmutableList.builder();
    if (value instanceof String text) {
      take(key, text, at(key), parser, taken);
    } else if (value instanceof TomlArray array) {
      for (int i = 0; i < array.size(); i++) {
        take(key, array.get(i), array.inputPositionOf(i), parser, taken);
      }
    } else {
      mustBe(key, "a list of texts", value);
    }
    return taken.build();
  }

  private <T> void take(
      String key,
      Object element,
      TomlPosition place,
      Function<String, T> parser,
      ImmutableList.Builder<T> taken) {
    if (!(element instanceof String text)) {
      wrong(place, "'%s' must be a list of texts, but this is %s".formatted(key, kind(element)));
      return;
    }
    try {
      taken.add(parser.apply(text));
    } catch (IllegalArgumentException e) {
      wrong(place, "'%s': %s".formatted(key, shown(String.valueOf(e.getMessage()))));
    }
  }

  /** The variables of an environment. */
  ImmutableMap<String, String> variables(String key) {
    Section inner = table(key);
    if (inner == null) {
      return ImmutableMap.of();
    }
    ImmutableMap.Builder<String, String> variables = ImmutableMap.builder();
    for (String variable : inner.table.keySet()) {
      Object value = inner.value(variable);
      if (!(value instanceof String text)) {
        inner.mustBe(variable, "a text in quotes", value);
      } else if (!VARIABLE.matcher(variable).matches()) {
        inner.wrong(inner.at(variable), "'%s' cannot name a variable".formatted(shown(variable)));
      } else if (text.indexOf('\0') >= 0) {
        inner.wrong(inner.at(variable), "'%s' cannot contain a NUL".formatted(shown(variable)));
      } else {
        variables.put(variable, text);
      }
    }
    return variables.buildOrThrow();
  }

  private @Nullable Object value(String key) {
    return table.get(List.of(key));
  }

  private void mustBe(String key, String expected, @Nullable Object value) {
    wrong(at(key), "'%s' must be %s, but is %s".formatted(shown(key), expected, kind(value)));
  }

  /** Where a key stands; where the table begins if the parser lost it. */
  TomlPosition at(String key) {
    TomlPosition place = table.inputPositionOf(List.of(key));
    return place == null ? position : place;
  }

  TomlPosition position() {
    return position;
  }

  /** Problems that were found in the file until now. */
  int problems() {
    return problems.size();
  }

  void wrong(TomlPosition place, String message) {
    problems.add(problem(place, message));
  }

  Problem problem(TomlPosition place, String message) {
    return new Problem(file, place.line(), place.column(), message);
  }

  private static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "nothing";
      case String text -> "the text \"" + shown(text) + "\"";
      case Long number -> "the number " + number;
      case Double number -> "the number " + number;
      case Boolean yes -> yes.toString();
      case TomlArray array -> "a list";
      case TomlTable table -> "a table";
      default -> "a date or time";
    };
  }

  /** A key as TOML wants it in a table's name. */
  private static String quoted(String key) {
    return key.matches("[A-Za-z0-9_-]+") ? key : "\"" + shown(key) + "\"";
  }

  /** What was written, short enough for a message and unable to draw on a terminal. */
  static String shown(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= 200 ? clean : clean.substring(0, 200) + "...";
  }
}
