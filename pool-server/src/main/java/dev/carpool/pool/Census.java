package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.pool.ProcessState.Busy;
import dev.carpool.pool.ProcessState.Draining;
import dev.carpool.pool.ProcessState.Gone;
import dev.carpool.pool.ProcessState.Idle;
import dev.carpool.pool.ProcessState.Starting;
import dev.carpool.pool.ProcessState.Stopping;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** How many living processes are in each state: of one application, or of the whole pool. */
final class Census {

  private int starting;
  private int idle;
  private int busy;
  private int draining;
  private int stopping;

  int starting() {
    return starting;
  }

  int idle() {
    return idle;
  }

  int draining() {
    return draining;
  }

  /** Every living process. This is what the limits bind. */
  int living() {
    return starting + idle + busy + draining + stopping;
  }

  /** Those that have not been told to stop. */
  int staying() {
    return living() - stopping;
  }

  /** Those of the current generation that serve or will serve: what a request can wait for. */
  int current() {
    return starting + idle + busy;
  }

  /** Those that have said that they are ready and are not on their way out. */
  int ready() {
    return idle + busy;
  }

  void enters(ProcessState state) {
    add(state, 1);
  }

  void leaves(ProcessState state) {
    add(state, -1);
  }

  private void add(ProcessState state, int change) {
    switch (state) {
      case Starting is -> starting += change;
      case Idle is -> idle += change;
      case Busy is -> busy += change;
      case Draining is -> draining += change;
      case Stopping is -> stopping += change;
      case Gone is -> {}
    }
  }

  /** Like {@code 3 busy, 1 starting}. */
  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    say(words, busy, "busy");
    say(words, idle, "idle");
    say(words, starting, "starting");
    say(words, draining, "draining");
    say(words, stopping, "stopping");
    return words.isEmpty() ? "none" : String.join(", ", words);
  }

  private static void say(List<String> words, int count, String state) {
    if (count > 0) {
      words.add(count + " " + state);
    }
  }

  /** Counts again, one by one. */
  void verify(Collection<PooledProcess> processes) {
    Census again = new Census();
    processes.forEach(process -> again.enters(process.state()));
    Verify.verify(
        again.starting == starting
            && again.idle == idle
            && again.busy == busy
            && again.draining == draining
            && again.stopping == stopping,
        "counted %s, but there are %s",
        this,
        again);
  }
}
