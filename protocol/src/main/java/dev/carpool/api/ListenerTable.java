package dev.carpool.api;

import java.util.ArrayList;
import java.util.List;

/** The accept queues of a {@link PoolStatus} as a table for people. */
final class ListenerTable {

  private static final List<String> HEADINGS =
      List.of("LISTENER", "APP", "WAITING", "LIMIT", "PEAK", "DROPPED");

  /** Columns of words, which stand at the left. */
  private static final List<Integer> WORDS = List.of(0, 1);

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
    return Columns.lines(WORDS, rows);
  }
}
