package dev.carpool.cli;

import com.google.common.collect.ImmutableList;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.ListenerName;
import dev.carpool.backlog.OverflowCounters;
import dev.carpool.backlog.Owners;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What {@code carpool backlog} shows at one instant.
 *
 * @param lines what was asked for: as it was named, or all, the fullest first
 * @param gone what was named and is not there
 * @param unseen what the kernel could not say, and why
 * @param counters null if they could not be read
 * @param before what they were when somebody began to watch; null if nobody watches
 */
record BacklogView(
    Instant at,
    ImmutableList<Line> lines,
    ImmutableList<ListenerName> gone,
    ImmutableList<String> unseen,
    @Nullable OverflowCounters counters,
    @Nullable OverflowCounters before) {

  /**
   * One socket.
   *
   * @param peak the longest queue while watching; {@link AcceptQueue#UNKNOWN} if nobody watches
   * @param owner null if it is not to be seen
   */
  record Line(AcceptQueue queue, int peak, Owners.@Nullable Owner owner) {

    /** The most that it was full, as far as anybody looked. */
    int percent() {
      return AcceptQueue.percent(Math.max(peak, queue.waiting()), queue.limit());
    }
  }

  /** Those that were fuller than that. */
  ImmutableList<Line> above(int percent) {
    return lines.stream()
        .filter(line -> line.percent() > percent)
        .collect(ImmutableList.toImmutableList());
  }
}
