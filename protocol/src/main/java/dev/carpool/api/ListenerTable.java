package dev.carpool.api;

import com.google.common.base.Strings;
import java.util.ArrayList;
import java.util.List;

/** The accept queues of a {@link PoolStatus} as a table for people. */
final class ListenerTable {

  private static final List<String> HEADINGS =
      List.of("LISTENER", "APP", "WAITING", "LIMIT", "PEAK", "DROPPED");

  /** Columns of words, which stand at the left. */
  private static final int WORDS = 2;

  private ListenerTable() {}

  /** Its lines, the headings first. What is printed must be harmless already. */
  static List<String> lines(List<PoolStatus.Listener> listeners) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    for (PoolStatus.Listener each : listeners) {
      rows.add(
          List.of(
              each.address(),
              each.app().isEmpty() ? "-" : each.app(),
              "" + each.waiting(),
              "" + each.limit(),
              "" + each.peak(),
              each.dropped() < 0 ? "-" : "" + each.dropped()));
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = rows.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
        String cell = row.get(i);
        line.append("  ")
            .append(
                i < WORDS ? Strings.padEnd(cell, width, ' ') : Strings.padStart(cell, width, ' '));
      }
      lines.add(line.toString());
    }
    return lines;
  }
}
