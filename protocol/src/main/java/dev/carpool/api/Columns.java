package dev.carpool.api;

import com.google.common.base.Strings;
import java.util.ArrayList;
import java.util.List;

/** Rows as lines of text: words stand at the left of their column, numbers at the right. */
final class Columns {

  private Columns() {}

  /**
   * The lines, each indented.
   *
   * @param words the columns of words, from 0
   * @param rows the headings first, each with as many cells
   */
  static List<String> lines(List<Integer> words, List<List<String>> rows) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        line.append("  ")
            .append(
                words.contains(i)
                    ? Strings.padEnd(cell, widths[i], ' ')
                    : Strings.padStart(cell, widths[i], ' '));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
