package dev.carpool.cli;

import com.google.common.base.Strings;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.OverflowCounters;
import dev.carpool.backlog.Owners;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Accept queues as a table for people. */
final class BacklogTable {

  private static final List<String> HEADINGS =
      List.of("LISTENER", "WAITING", "LIMIT", "FULL", "PEAK", "SYN", "DROPS", "OWNER");

  private BacklogTable() {}

  static String of(BacklogView view) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    view.lines().forEach(line -> rows.add(row(line)));
    view.gone()
        .forEach(name -> rows.add(List.of("" + name, "-", "-", "-", "-", "-", "-", "nobody")));
    StringBuilder text = new StringBuilder();
    int[] widths = widths(rows);
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        // Names stand at the left, numbers under each other's last digit.
        boolean word = i == 0 || i == widths.length - 1;
        String cell = row.get(i);
        line.append(i == 0 ? "" : "  ")
            .append(
                word
                    ? Strings.padEnd(cell, widths[i], ' ')
                    : Strings.padStart(cell, widths[i], ' '));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.append('\n').append(counters(view)).toString();
  }

  private static List<String> row(BacklogView.Line line) {
    AcceptQueue queue = line.queue();
    return List.of(
        queue.address().toString(),
        "" + queue.waiting(),
        "" + queue.limit(),
        queue.percent() + "%",
        known(line.peak()),
        known(queue.halfOpen()),
        known(queue.drops()),
        owner(line.owner()));
  }

  private static String known(long number) {
    return number == AcceptQueue.UNKNOWN ? "-" : "" + number;
  }

  private static String owner(Owners.@Nullable Owner owner) {
    return owner == null ? "-" : "%s (%d)".formatted(owner.program(), owner.pid());
  }

  private static int[] widths(List<List<String>> rows) {
    int[] widths = new int[HEADINGS.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return widths;
  }

  private static String counters(BacklogView view) {
    OverflowCounters now = view.counters();
    if (now == null) {
      return "TCP, all listeners: /proc/net/netstat cannot be read\n";
    }
    OverflowCounters before = view.before();
    return "TCP, all listeners: queue full %d times%s, dropped %d%s\n"
        .formatted(
            now.overflows(),
            before == null ? "" : more(now.overflows() - before.overflows()),
            now.drops(),
            before == null ? "" : more(now.drops() - before.drops()));
  }

  private static String more(long since) {
    return " (%d since watching)".formatted(since);
  }
}
