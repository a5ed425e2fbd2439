package dev.carpool.cli;

import static dev.carpool.cli.Table.cell;

import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.ListenerName;
import dev.carpool.backlog.OverflowCounters;
import dev.carpool.backlog.Owners;
import org.jspecify.annotations.Nullable;

/** Accept queues as a table for people. */
final class BacklogTable {

  private static final Line.Span NONE = cell("-");

  private BacklogTable() {}

  static String of(BacklogView view) {
    Table table =
        new Table("-LISTENER", "WAITING", "LIMIT", "FULL", "PEAK", "SYN", "DROPS", "-OWNER");
    view.lines().forEach(line -> row(table, line));
    for (ListenerName name : view.gone()) {
      table.row(cell(name), NONE, NONE, NONE, NONE, NONE, NONE, cell("nobody"));
    }
    StringBuilder text = new StringBuilder();
    table.lines().forEach(line -> text.append(line.shown(Integer.MAX_VALUE, false)).append('\n'));
    return text.append('\n').append(counters(view)).toString();
  }

  private static void row(Table table, BacklogView.Line line) {
    AcceptQueue queue = line.queue();
    table.row(
        cell(queue.address()),
        cell(queue.waiting()),
        cell(queue.limit()),
        cell(queue.percent() + "%"),
        known(line.peak()),
        known(queue.halfOpen()),
        known(queue.drops()),
        cell(owner(line.owner())));
  }

  private static Line.Span known(long number) {
    return number == AcceptQueue.UNKNOWN ? NONE : cell(number);
  }

  private static String owner(Owners.@Nullable Owner owner) {
    return owner == null ? "-" : "%s (%d)".formatted(owner.program(), owner.pid());
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
