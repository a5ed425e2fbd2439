package dev.carpool.cli;

import com.google.common.base.Strings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Rows under headings. Numbers stand under each other's last digit, words under their first. */
final class Table {

  /** A heading; that of words begins with a minus sign, which is not shown. */
  private final List<String> headings;

  private final List<List<Line.Span>> rows = new ArrayList<>();

  Table(String... headings) {
    this.headings = List.of(headings);
  }

  /** A row, with a cell for each heading. */
  void row(Line.Span... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(cells.length + " cells");
    }
    rows.add(List.of(cells));
  }

  static Line.Span cell(Object text) {
    return new Line.Span(text.toString(), Style.PLAIN);
  }

  static Line.Span cell(Object text, Style style) {
    return new Line.Span(text.toString(), style);
  }

  /** The table; empty if there is no row. */
  List<Line> lines() {
    if (rows.isEmpty()) {
      return List.of();
    }
    List<Line> lines = new ArrayList<>();
    lines.add(line(headings.stream().map(h -> cell(isWords(h) ? h.substring(1) : h, Style.DIM))));
    rows.forEach(row -> lines.add(line(row.stream())));
    return lines;
  }

  private Line line(Stream<Line.Span> cells) {
    Line line = Line.EMPTY;
    int column = 0;
    for (Line.Span cell : cells.toList()) {
      String heading = headings.get(column);
      boolean last = column == headings.size() - 1;
      String text =
          isWords(heading)
              ? last ? cell.text() : Strings.padEnd(cell.text(), width(column), ' ')
              : Strings.padStart(cell.text(), width(column), ' ');
      line = line.and(Style.PLAIN, column == 0 ? "" : "  ").and(cell.style(), text);
      column++;
    }
    return line;
  }

  private int width(int column) {
    int width = headings.get(column).length() - (isWords(headings.get(column)) ? 1 : 0);
    for (List<Line.Span> row : rows) {
      width = Math.max(width, row.get(column).text().length());
    }
    return width;
  }

  private static boolean isWords(String heading) {
    return heading.startsWith("-");
  }
}
