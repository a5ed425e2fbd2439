package dev.carpool.cli;

import dev.carpool.api.Places;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Units;
import dev.carpool.backlog.AcceptQueue;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Values as mackerel-agent reads them; {@link MackerelGraphs} has a place for each. */
final class MackerelValues {

  private final long epoch;
  private final Set<String> listeners = new HashSet<>();
  private final StringBuilder text = new StringBuilder();

  MackerelValues(Instant at) {
    epoch = at.getEpochSecond();
  }

  void pool(PoolStatus status) {
    Places places = Places.of(status.processes());
    Places.byState(status.processes())
        .forEach((state, count) -> value("processes." + state, count));
    value("places.busy", places.busy());
    value("places.all", places.all());
    value("waiting.waiting", status.waiting());
    value("waiting.expecting", status.expecting());
    value(
        "oldest_wait.seconds",
        String.format(Locale.ROOT, "%.3f", Units.seconds(status.oldestWait())));
    PoolStatus.Unserved unserved = status.unserved();
    unserved.refusedByReason().forEach((reason, count) -> value("refused." + reason, count));
    value("unserved.withdrawn", unserved.withdrawn());
    value("unserved.lost", unserved.lost());
  }

  /** The queues of all sockets that a name stands for. */
  void listener(String name, List<AcceptQueue> queues) {
    listener(
        name,
        queues.stream().mapToInt(AcceptQueue::waiting).sum(),
        queues.stream().mapToInt(AcceptQueue::limit).sum(),
        queues.stream().mapToInt(AcceptQueue::percent).max().orElse(0));
  }

  /** The queues that the server watches. */
  void listeners(List<PoolStatus.Listener> watched) {
    for (PoolStatus.Listener each : watched) {
      listener(
          each.address(),
          each.waiting(),
          each.limit(),
          AcceptQueue.percent(each.waiting(), each.limit()));
    }
  }

  /** A queue; one that has been said already is not said again. */
  private void listener(String name, int waiting, int limit, int percent) {
    String key = key(name);
    if (listeners.add(key)) {
      value("backlog." + key + ".waiting", waiting);
      value("backlog." + key + ".limit", limit);
      value("backlog_full." + key + ".percent", percent);
    }
  }

  /** A name with nothing in it but what Mackerel takes: {@code unix_run_php-fpm_sock}. */
  static String key(String name) {
    return name.replaceAll("[^-a-zA-Z0-9]+", "_").replaceAll("^_|_$", "");
  }

  private void value(String name, long value) {
    value(name, Long.toString(value));
  }

  private void value(String name, String value) {
    text.append("carpool.").append(name).append('\t').append(value);
    text.append('\t').append(epoch).append('\n');
  }

  /** One value a line. */
  @Override
  public String toString() {
    return text.toString();
  }
}
