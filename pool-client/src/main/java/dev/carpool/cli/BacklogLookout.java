package dev.carpool.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.AcceptQueues;
import dev.carpool.backlog.ListenerName;
import dev.carpool.backlog.OverflowCounters;
import dev.carpool.backlog.Owners;
import dev.carpool.backlog.Peaks;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at listeners, once or again and again, and remembers what it saw. */
final class BacklogLookout implements AutoCloseable {

  private static final Comparator<BacklogView.Line> FULLEST_FIRST =
      Comparator.comparingInt(BacklogView.Line::percent)
          .reversed()
          .thenComparing(line -> line.queue().address().toString());

  private final List<ListenerName> names;
  private final AcceptQueues queues;
  private final @Nullable Peaks peaks;
  private final Owners owners = new Owners();
  private final @Nullable OverflowCounters before;

  private BacklogLookout(List<ListenerName> names, boolean watches, AcceptQueues queues) {
    this.names = names;
    this.queues = queues;
    peaks = watches ? new Peaks() : null;
    before = watches ? counters() : null;
  }

  /**
   * Nothing has been looked at yet.
   *
   * @param names what to look at; all if empty
   * @param watches whether to remember peaks
   */
  static BacklogLookout open(List<ListenerName> names, boolean watches) throws IOException {
    return new BacklogLookout(names, watches, AcceptQueues.open());
  }

  /** Looks at the queues, and remembers how long they were. */
  void glance() throws IOException {
    if (peaks != null) {
      peaks.see(queues.look().queues());
    }
  }

  /** Looks at all there is to see. */
  BacklogView look() throws IOException {
    AcceptQueues.Listing listing = queues.lookClosely();
    ImmutableSet.Builder<AcceptQueue> chosen = ImmutableSet.builder();
    ImmutableList.Builder<ListenerName> gone = ImmutableList.builder();
    for (ListenerName name : names) {
      ImmutableList<AcceptQueue> meant = name.among(listing.queues());
      chosen.addAll(meant);
      if (meant.isEmpty()) {
        gone.add(name);
      }
    }
    if (names.isEmpty()) {
      chosen.addAll(listing.queues());
    }
    ImmutableSet<AcceptQueue> shown = chosen.build();
    owners.find(shown);
    if (peaks != null) {
      peaks.see(listing.queues());
    }
    ImmutableList<BacklogView.Line> lines =
        shown.stream()
            .map(queue -> new BacklogView.Line(queue, peak(queue), owners.of(queue)))
            .collect(ImmutableList.toImmutableList());
    return new BacklogView(
        Instant.now(),
        names.isEmpty() ? ImmutableList.sortedCopyOf(FULLEST_FIRST, lines) : lines,
        gone.build(),
        listing.unseen(),
        counters(),
        before);
  }

  private int peak(AcceptQueue queue) {
    return peaks == null ? AcceptQueue.UNKNOWN : peaks.of(queue);
  }

  private static @Nullable OverflowCounters counters() {
    try {
      return OverflowCounters.read();
    } catch (IOException e) {
      return null; // where /proc is hidden
    }
  }

  @Override
  public void close() {
    queues.close();
  }
}
