package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An application: its processes, and the requests that wait for one of them. */
final class AppPool {

  final String name;

  /** How its next process is started. */
  AppSpec spec;

  /** It is configured, so it is not forgotten, and requests cannot change how it is started. */
  boolean configured;

  /** It was removed from the configuration: it goes as soon as nobody waits for it. */
  boolean removed;

  int generation = 1;

  /** Its living processes, the oldest first. */
  final List<PooledProcess> processes = new ArrayList<>();

  final Census census = new Census();

  /**
   * Its requests that wait, in the order of arrival. A request that returns from a failed hand-over
   * is older than all others and so finds its place at the head.
   */
  final NavigableMap<RequestId, Request> queue = new TreeMap<>();

  final BackOff backOff = new BackOff();
  final Tally tally = new Tally();

  /** Places that its next process will probably have: those of the last one that became ready. */
  int usualConcurrency = 1;

  /** Sessions that are returning; see {@link Returns}. */
  int returning;

  /** Its processes that serve, though they are to be replaced; see {@link Rolling}. */
  int outdated;

  /** Processes that ended while others were being replaced, and are to be replaced like them. */
  int missing;

  /** A process of this generation has been ready, so others will probably be. */
  boolean proven;

  /** Its sessions that are not slow yet, and those in time; see {@link TimeLimits}. */
  final Set<PooledSession> notSlow = new LinkedHashSet<>();

  final Set<PooledSession> inTime = new LinkedHashSet<>();

  /** Processes to start as soon as stopping ones have gone; see {@link Ticketing}. */
  int planned;

  AppPool(AppSpec spec) {
    this.name = spec.name();
    this.spec = spec;
  }

  /** The process that serves the next request; null if no place is free. */
  @Nullable PooledProcess withFreePlace() {
    if (census.ready() == 0) {
      return null;
    }
    PooledProcess best = null;
    for (PooledProcess process : processes) {
      if (process.hasFreePlace() && process.isBetterThan(best)) {
        best = process;
      }
    }
    return best;
  }

  /** Requests that wait although no place is expected for them: its part of the waiting room. */
  int uncovered() {
    return queue.isEmpty() ? 0 : Math.max(0, queue.size() - expectedPlaces());
  }

  private int expectedPlaces() {
    return returning + (census.starting() + planned) * usualConcurrency;
  }

  /** The number of the request that has waited longest; above all numbers if none waits. */
  long oldestWaiting() {
    return queue.isEmpty() ? Long.MAX_VALUE : queue.firstKey().value();
  }

  /**
   * What its minimum can count on. While outdated processes are replaced, one that is starting does
   * not count: nobody knows whether it will be ready.
   */
  int lasting() {
    return census.current() - (outdated > 0 ? census.starting() : 0);
  }

  /** A start came to nothing. Those that are missing are not tried again for nobody's sake. */
  void startFailed(@Nullable SpawnReport report, long startedAt, long now) {
    tally.startFailed(now - startedAt);
    backOff.failed(report, startedAt, now);
    if (outdated == 0) {
      missing = 0;
    }
  }

  /** Whether more is new than how many processes it has, and for how long. */
  boolean isOtherThan(AppSpec wanted) {
    return !withoutNumbers(spec).equals(withoutNumbers(wanted));
  }

  private static AppSpec withoutNumbers(AppSpec spec) {
    return spec.withMin(0).withLimits(spec.limits().withMax(0).withMaxIdleTime(null));
  }

  /** Nothing is going on: no process, nobody waits. */
  boolean isQuiet() {
    return processes.isEmpty() && queue.isEmpty();
  }

  void verify() {
    census.verify(processes);
    int counted = 0;
    long old = processes.stream().filter(PooledProcess::isOutdated).count();
    Verify.verify(old == outdated && missing >= 0, "%s: %s outdated, not %s", name, old, outdated);
    for (PooledProcess process : processes) {
      Verify.verify(process.app == this, "%s stands at %s", process, name);
      process.verify();
      counted += (int) process.sessions.stream().filter(session -> session.returning).count();
    }
    Verify.verify(counted == returning, "%s: %s returning, not %s", name, counted, returning);
    Verify.verify(planned >= 0 && usualConcurrency >= 1, "%s: planned %s", name, planned);
    Verify.verify(name.equals(spec.name()), "%s is called %s", name, spec.name());
    Verify.verify(
        queue.isEmpty() || withFreePlace() == null, "%s: a request waits beside a place", name);
    Verify.verify(!removed || !configured, "%s is removed and configured", name);
    backOff.verify();
  }
}
