package dev.carpool.spawn;

import com.google.common.collect.ImmutableMap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a {@code .env} file: {@code NAME=VALUE} lines, comments with {@code #}, values with
 * or without quotes. Nothing is expanded. What a report says of a bad line quotes nothing of it,
 * for it may be a secret.
 */
final class DotEnv {

  private static final Pattern LINE =
      Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)", Pattern.DOTALL);
  private static final Pattern COMMENT = Pattern.compile("(?:^|\\s)#.*", Pattern.DOTALL);
  private static final Pattern QUOTED =
      Pattern.compile("(?:'([^']*)'|\"((?:[^\"\\\\]|\\\\.)*)\")\\s*(?:#.*)?", Pattern.DOTALL);
  private static final Pattern ESCAPE = Pattern.compile("\\\\([\"\\\\$nrt])");

  private final Path file;
  private final ImmutableMap.Builder<String, String> variables = ImmutableMap.builder();
  private int number;

  private DotEnv(Path file) {
    this.file = file;
  }

  /**
   * The variables, in the order of the file; the last of two with one name counts.
   *
   * @param file for the report
   * @throws StartProblem that names file and line
   */
  static ImmutableMap<String, String> parse(Path file, byte[] bytes) throws StartProblem {
    DotEnv reading = new DotEnv(file);
    // In pieces, so that a byte that is no UTF-8 is found in its line.
    int start = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '\n') {
        reading.line(ByteBuffer.wrap(bytes, start, i - start));
        start = i + 1;
      }
    }
    return reading.variables.buildKeepingLast();
  }

  private void line(ByteBuffer bytes) throws StartProblem {
    number++;
    String text = decoded(bytes).strip();
    if (text.isEmpty() || text.startsWith("#")) {
      return;
    }
    Matcher line = LINE.matcher(text);
    if (!line.matches()) {
      throw wrong("is no line NAME=VALUE");
    }
    variables.put(line.group(1), value(line.group(2)));
  }

  private String value(String text) throws StartProblem {
    if (!text.startsWith("'") && !text.startsWith("\"")) {
      return COMMENT.matcher(text).replaceFirst("").strip();
    }
    Matcher quoted = QUOTED.matcher(text);
    if (!quoted.matches()) {
      throw wrong("has a quote that is not closed at its end");
    }
    String literal = quoted.group(1);
    return literal != null
        ? literal
        : ESCAPE.matcher(quoted.group(2)).replaceAll(DotEnv::unescaped);
  }

  private static String unescaped(java.util.regex.MatchResult escape) {
    String character =
        switch (escape.group(1)) {
          case "n" -> "\n";
          case "r" -> "\r";
          case "t" -> "\t";
          default -> escape.group(1);
        };
    return Matcher.quoteReplacement(character);
  }

  private String decoded(ByteBuffer bytes) throws StartProblem {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      if (text.indexOf('\0') >= 0) {
        throw wrong("contains a NUL");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw wrong("is no text in UTF-8");
    }
  }

  private StartProblem wrong(String what) {
    return new StartProblem(
        "%s:%d: this line %s".formatted(file, number, what),
        "write NAME=VALUE, NAME='VALUE' or NAME=\"VALUE\", or '#' before a comment");
  }
}
