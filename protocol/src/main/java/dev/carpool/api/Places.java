package dev.carpool.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What some processes offer together.
 *
 * @param all places of those that are ready and not on their way out
 * @param busy sessions that are being served, also by those on their way out
 */
public record Places(int all, int busy) {

  private static final List<String> STATES =
      List.of("starting", "idle", "busy", "draining", "stopping");

  public static Places of(List<PoolStatus.Process> processes) {
    return new Places(
        processes.stream()
            .filter(process -> process.state().equals("idle") || process.state().equals("busy"))
            .mapToInt(PoolStatus.Process::concurrency)
            .sum(),
        processes.stream().mapToInt(PoolStatus.Process::sessions).sum());
  }

  /** How many processes are in each state; all states are there. */
  public static Map<String, Integer> byState(List<PoolStatus.Process> processes) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    STATES.forEach(state -> counts.put(state, 0));
    processes.forEach(process -> counts.merge(process.state(), 1, Integer::sum));
    return counts;
  }
}
