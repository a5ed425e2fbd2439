package dev.carpool.cli;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.Printable;

/** A line for a terminal: words one behind the other, each in its style. */
record Line(ImmutableList<Span> spans) {

  static final Line EMPTY = new Line(ImmutableList.of());

  /** Some words. */
  record Span(String text, Style style) {
    Span {
      text = Printable.text(text); // a foreign word cannot draw on the terminal
    }
  }

  static Line of(Style style, String text) {
    return new Line(ImmutableList.of(new Span(text, style)));
  }

  /** This line with more words at its end. */
  Line and(Style style, String text) {
    return new Line(ImmutableList.<Span>builder().addAll(spans).add(new Span(text, style)).build());
  }

  /**
   * The line as it is written.
   *
   * @param columns where it is cut; its last one says so
   */
  String shown(int columns, boolean colours) {
    StringBuilder line = new StringBuilder();
    int length = spans.stream().mapToInt(span -> span.text().length()).sum();
    int left = length > columns ? Math.max(0, columns - 1) : columns;
    for (Span span : spans) {
      String text = span.text().substring(0, Math.min(left, span.text().length()));
      line.append(colours ? span.style().paint(text) : text);
      left -= text.length();
    }
    if (length > columns && columns > 0) {
      line.append('~');
    }
    return colours ? line.toString() : line.toString().stripTrailing();
  }
}
