package dev.carpool.api;

import com.google.common.base.Strings;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The pool's status as a page of text for people: the status FIFO and {@code carpool status} say
 * this, to the letter.
 *
 * <p>Programs take {@code carpool status --json}, whose fields do not change.
 */
public final class StatusReport {

  private static final List<String> HEADINGS =
      List.of("PID", "STATE", "SESSIONS", "SERVED", "AGE", "IDLE FOR");

  private final StringBuilder text = new StringBuilder();

  private StatusReport() {}

  /** The whole report, ending with a newline. */
  public static String of(PoolStatus status) {
    StatusReport report = new StatusReport();
    report.pool(status);
    status.apps().forEach(app -> report.app(app));
    return report.text.toString();
  }

  private void pool(PoolStatus status) {
    PoolLimits limits = status.limits();
    line("Carpool %s, pid %d", Printable.text(status.version()), status.serverPid());
    if (status.shuttingDown()) {
      line("SHUTTING DOWN: new requests are refused");
    }
    line("");
    fact("max", limits.max() + (status.count() > limits.max() ? "  (draining to it)" : ""));
    fact("max per app", limits.maxPerApp() == 0 ? "no limit" : "" + limits.maxPerApp());
    fact("max idle time", limits.maxIdleTime().isZero() ? "for ever" : time(limits.maxIdleTime()));
    fact("max spawning", "" + limits.maxSpawning());
    line("");
    fact("count", "" + status.count());
    fact("active", "" + status.active());
    fact("inactive", "" + status.inactive());
    String oldest =
        status.waiting() + status.expecting() == 0
            ? ""
            : "  (the oldest for " + time(status.oldestWait()) + ")";
    fact("waiting", status.waiting() + " of " + limits.queueMax() + oldest);
    fact("expecting", "" + status.expecting());
    PoolStatus.Unserved unserved = status.unserved();
    String reasons = unserved.refused() == 0 ? "" : "  (" + reasons(unserved) + ")";
    fact("refused", unserved.refused() + reasons);
    if (!status.listeners().isEmpty()) {
      line("");
      line("Accept queues of the kernel");
      ListenerTable.lines(status.listeners()).forEach(row -> line("%s", Printable.text(row)));
    }
  }

  private void app(PoolStatus.App app) {
    line("");
    line("Application %s", Printable.text(app.name()));
    if (!app.root().equals(app.name())) {
      fact("  root", Printable.text(app.root()));
    }
    fact("  generation", "" + app.generation());
    restart(app);
    fact("  waiting", "" + app.waiting());
    if (app.retryIn().isPositive()) {
      fact("  next start", "in " + time(app.retryIn()));
    }
    unserved(app.unserved());
    PoolStatus.Failure failure = app.lastFailure();
    if (failure != null) {
      fact("  last failure", Printable.text(failure.summary()));
      fact(
          "",
          "report %s, %s, %s"
              .formatted(
                  Printable.text(failure.id()),
                  failure.at().truncatedTo(ChronoUnit.SECONDS),
                  failure.failures() == 1 ? "once" : failure.failures() + " times in a row"));
    }
    if (app.processes().isEmpty()) {
      fact("  processes", "none");
    } else {
      table(app);
    }
  }

  /** How far the replacing of earlier generations has got. */
  private void restart(PoolStatus.App app) {
    List<PoolStatus.Process> outdated = app.outdated();
    if (outdated.isEmpty()) {
      return;
    }
    String old =
        outdated.stream()
            .map(process -> "" + process.generation())
            .distinct()
            .collect(Collectors.joining(", "));
    String state =
        app.lastFailure() == null
            ? "replaces " + outdated.size() + (outdated.size() == 1 ? " process" : " processes")
            : app.retryIn().isPositive()
                ? "cannot start (retry in " + time(app.retryIn()) + ")"
                : "could not start, and is tried again";
    fact(
        "  restart",
        "generation %d %s; generation %s serves".formatted(app.generation(), state, old));
  }

  private void unserved(PoolStatus.Unserved unserved) {
    if (unserved.refused() > 0) {
      fact("  refused", reasons(unserved));
    }
    if (unserved.withdrawn() > 0) {
      fact("  withdrawn", "" + unserved.withdrawn());
    }
    if (unserved.lost() > 0) {
      fact("  lost sessions", "" + unserved.lost());
    }
  }

  /** Like {@code 132 queue full, 3 queue timeout}. */
  public static String reasons(PoolStatus.Unserved unserved) {
    List<String> words = new ArrayList<>();
    unserved
        .refusedByReason()
        .forEach(
            (reason, count) -> {
              if (count > 0) {
                words.add(count + " " + reason.replace('_', ' '));
              }
            });
    return String.join(", ", words);
  }

  private void table(PoolStatus.App app) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    for (PoolStatus.Process process : app.processes()) {
      rows.add(row(process, app.generation()));
    }
    // The state is the one column of words.
    Columns.lines(List.of(1), rows).forEach(line -> line("%s", line));
  }

  private static List<String> row(PoolStatus.Process process, int generation) {
    String state = Printable.text(process.state());
    if (!process.why().isEmpty()) {
      state += " (" + Printable.text(process.why()) + ")";
    }
    if (process.generation() != generation) {
      state += " [generation " + process.generation() + "]";
    }
    return List.of(
        process.pid() == 0 ? "-" : "" + process.pid(),
        state,
        process.sessions() + "/" + process.concurrency(),
        "" + process.served(),
        time(process.age()),
        process.idleFor().isZero() ? "-" : time(process.idleFor()));
  }

  private void fact(String name, String value) {
    line("%s%s", Strings.padEnd(name, 16, ' '), value);
  }

  private void line(String format, Object... arguments) {
    text.append(format.formatted(arguments)).append('\n');
  }

  private static String time(Duration time) {
    return Units.words(time);
  }
}
