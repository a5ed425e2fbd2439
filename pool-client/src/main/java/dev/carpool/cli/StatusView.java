package dev.carpool.cli;

import static dev.carpool.cli.Table.cell;

import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.StatusReport;
import dev.carpool.api.Units;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The pool as a person at a terminal sees it: one row an application, one row a process. Pure. */
final class StatusView {

  private final PoolStatus status;
  private final Instant now;
  private final List<PoolStatus.App> apps;
  private final List<Line> lines = new ArrayList<>();

  private StatusView(PoolStatus status, Order order, Instant now) {
    this.status = status;
    this.now = now;
    apps = status.apps().stream().sorted(order.comparator()).toList();
  }

  /**
   * All lines, however many.
   *
   * @param requests that are being served; none if they were not asked for
   * @param now by the clock that the status has its dates from
   */
  static List<Line> of(PoolStatus status, List<RunningRequest> requests, Order order, Instant now) {
    StatusView view = new StatusView(status, order, now);
    view.pool();
    view.block(view.apps());
    view.block(view.processes());
    view.block(view.listeners());
    view.block(requests(requests));
    return view.lines;
  }

  private void block(Table table) {
    List<Line> rows = table.lines();
    if (!rows.isEmpty()) {
      lines.add(Line.EMPTY);
      lines.addAll(rows);
    }
  }

  private void pool() {
    PoolLimits limits = status.limits();
    Line title = Line.of(Style.BOLD, "Carpool " + status.version() + ", pid " + status.serverPid());
    lines.add(
        status.shuttingDown()
            ? title.and(Style.RED, "  SHUTTING DOWN: new requests are refused")
            : title);
    boolean above = status.count() > limits.max();
    lines.add(
        Line.of(Style.PLAIN, "processes ")
            .and(
                status.count() >= limits.max() ? Style.YELLOW : Style.BOLD,
                status.count() + " of " + limits.max())
            .and(Style.PLAIN, above ? " (draining to it)" : "")
            .and(Style.PLAIN, ": " + status.active() + " busy, " + status.inactive() + " idle"));
    int queued = status.waiting() + status.expecting();
    lines.add(
        Line.of(Style.PLAIN, "waiting   ")
            .and(
                status.waiting() == 0
                    ? Style.BOLD
                    : status.waiting() >= limits.queueMax() ? Style.RED : Style.YELLOW,
                status.waiting() + " of " + limits.queueMax())
            .and(Style.PLAIN, status.expecting() == 0 ? "" : ", expecting " + status.expecting())
            .and(Style.PLAIN, queued == 0 ? "" : ", the oldest for " + time(status.oldestWait())));
    lines.add(refused());
    lines.add(
        Line.of(
            Style.DIM,
            "limits    max per app %s, max idle time %s, max spawning %d"
                .formatted(
                    limits.maxPerApp() == 0 ? "none" : "" + limits.maxPerApp(),
                    limits.maxIdleTime().isZero() ? "none" : time(limits.maxIdleTime()),
                    limits.maxSpawning())));
  }

  private Line refused() {
    PoolStatus.Unserved unserved = status.unserved();
    String reasons = unserved.refused() == 0 ? "" : ": " + StatusReport.reasons(unserved);
    return Line.of(Style.PLAIN, "refused   ")
        .and(unserved.refused() == 0 ? Style.BOLD : Style.RED, "" + unserved.refused())
        .and(Style.PLAIN, reasons + ", served " + status.activity().served());
  }

  private Table apps() {
    Table table =
        new Table(
            "-APP",
            "WAITING",
            "BUSY",
            "IDLE",
            "TOTAL",
            "SERVED",
            "REFUSED",
            "GEN",
            "-LAST FAILURE");
    for (PoolStatus.App app : apps) {
      long idle = app.processes().stream().filter(p -> p.state().equals("idle")).count();
      long refused = app.unserved().refused();
      table.row(
          cell(app.name(), Style.BOLD),
          cell(app.waiting(), app.waiting() == 0 ? Style.PLAIN : Style.YELLOW),
          cell(Order.busy(app)),
          cell(idle),
          cell(app.processes().size()),
          cell(app.activity().served()),
          cell(refused, refused == 0 ? Style.PLAIN : Style.RED),
          cell(generation(app)),
          cell(failure(app), app.lastFailure() == null ? Style.PLAIN : Style.RED));
    }
    return table;
  }

  /** The generation, and how many processes are of an earlier one. */
  private static String generation(PoolStatus.App app) {
    int outdated = app.outdated().size();
    return outdated == 0 ? "" + app.generation() : app.generation() + " (" + outdated + " old)";
  }

  private String failure(PoolStatus.App app) {
    PoolStatus.Failure failure = app.lastFailure();
    String retry = app.retryIn().isPositive() ? "retry in " + time(app.retryIn()) : "";
    if (failure == null) {
      return retry.isEmpty() ? "-" : retry;
    }
    Duration ago = Duration.between(failure.at(), now);
    return "%s%s ago%s: %s"
        .formatted(
            failure.failures() == 1 ? "" : failure.failures() + " times, ",
            time(ago.isNegative() ? Duration.ZERO : ago),
            retry.isEmpty() ? "" : ", " + retry,
            failure.summary());
  }

  private Table processes() {
    Table table =
        new Table("PID", "-APP", "-STATE", "SESSIONS", "SERVED", "AGE", "IDLE FOR", "BUSY FOR");
    for (PoolStatus.App app : apps) {
      for (PoolStatus.Process process : app.processes()) {
        table.row(
            cell(process.pid() == 0 ? "-" : "" + process.pid()),
            cell(app.name()),
            cell(state(process, app), style(process)),
            cell(process.sessions() + "/" + process.concurrency()),
            cell(process.served()),
            cell(time(process.age())),
            cell(orNone(process.idleFor())),
            cell(orNone(process.oldestSession())));
      }
    }
    return table;
  }

  private static String state(PoolStatus.Process process, PoolStatus.App app) {
    return process.state()
        + (process.why().isEmpty() ? "" : " (" + process.why() + ")")
        + (process.generation() == app.generation() ? "" : " [gen " + process.generation() + "]");
  }

  private static Style style(PoolStatus.Process process) {
    return switch (process.state()) {
      case "busy" -> Style.GREEN;
      case "starting" -> Style.CYAN;
      case "draining", "stopping" -> Style.YELLOW;
      default -> Style.PLAIN;
    };
  }

  private Table listeners() {
    Table table = new Table("-LISTENER", "-APP", "QUEUE", "LIMIT", "PEAK", "DROPPED");
    for (PoolStatus.Listener listener : status.listeners()) {
      table.row(
          cell(listener.address()),
          cell(listener.app().isEmpty() ? "-" : listener.app()),
          cell(
              listener.waiting(),
              listener.waiting() > listener.limit() / 2 ? Style.RED : Style.PLAIN),
          cell(listener.limit()),
          cell(listener.peak()),
          cell(listener.dropped() < 0 ? "-" : "" + listener.dropped()));
    }
    return table;
  }

  /** The requests that are being served, as a table. */
  static Table requests(List<RunningRequest> requests) {
    Table table = new Table("PID", "-APP", "FOR", "-REQUEST");
    for (RunningRequest request : requests) {
      table.row(
          cell(request.pid()),
          cell(request.app()),
          cell(time(request.age())),
          cell(request.what().isEmpty() ? "-" : request.what()));
    }
    return table;
  }

  private static String orNone(Duration time) {
    return time.isZero() ? "-" : time(time);
  }

  private static String time(Duration time) {
    return Units.words(time);
  }
}
