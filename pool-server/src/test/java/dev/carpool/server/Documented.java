package dev.carpool.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configurations of a page of the documents: its fenced blocks whose first line names a file.
 */
final class Documented {

  private static final Path DOCS = Path.of("../docs");
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+) (/\\S+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private Documented() {}

  /**
   * The text of each file of one language, by the name of the file.
   *
   * @param places what stands in place of the paths and ports of the page
   */
  static Map<String, String> files(String page, String language, Map<String, String> places)
      throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    Matcher block = BLOCK.matcher(Files.readString(DOCS.resolve(page)));
    while (block.find()) {
      if (block.group(1).equals(language)) {
        files.put(block.group(2), placed(block.group(3), places));
      }
    }
    if (files.isEmpty()) {
      throw new AssertionError(page + " has no file of " + language);
    }
    return files;
  }

  private static String placed(String text, Map<String, String> places) {
    String placed = text;
    for (Map.Entry<String, String> place : places.entrySet()) {
      placed = placed.replace(place.getKey(), place.getValue());
    }
    return placed;
  }
}
