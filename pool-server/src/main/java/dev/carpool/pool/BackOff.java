package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.api.SpawnReport;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pause that an application takes after failed starts: 1, 2, 4 .. 60 seconds. A start that
 * succeeds ends it, and so does a restart, since the code may be another.
 */
final class BackOff {

  private static final int LONGEST_SECONDS = 60;

  /** Failed starts in a row. */
  private int failures;

  /** Pauses in a row. Starts that were under way together and fail together cause one pause. */
  private int pauses;

  /** Processes in a row that ended as soon as they were ready; those of one moment count once. */
  private int youngDeaths;

  private long lastFailedAt;
  private long until;
  private @Nullable SpawnReport report;

  /**
   * @param report why; null if nobody said
   * @param startedAt when the start that failed began
   */
  void failed(@Nullable SpawnReport report, long startedAt, long now) {
    failures++;
    if (pauses == 0 || startedAt > lastFailedAt) {
      pauses++;
    }
    lastFailedAt = now;
    pause(now);
    if (report != null) {
      this.report = report;
    }
  }

  private void pause(long now) {
    long seconds = pauses > 6 ? LONGEST_SECONDS : Math.min(LONGEST_SECONDS, 1 << (pauses - 1));
    until = now + TimeUnit.SECONDS.toNanos(seconds);
  }

  /**
   * A process ended as soon as it was ready. The first few are replaced at once; after more of them
   * there are pauses, as after failed starts.
   *
   * @param free how many in a row cause no pause
   */
  void diedYoung(SpawnReport report, int free, long startedAt, long now) {
    failures++;
    if (youngDeaths == 0 || startedAt >= lastFailedAt) {
      youngDeaths++;
    }
    lastFailedAt = now;
    this.report = report;
    if (youngDeaths > free) {
      pauses = Math.max(pauses, youngDeaths - free);
      pause(now);
    }
  }

  /** Replaces the report of that name by one that knows more. */
  void explain(SpawnReport better) {
    if (report != null && report.id().equals(better.id())) {
      report = better;
    }
  }

  /** A process is ready. What others died of as soon as they were is not forgotten by that. */
  void succeeded() {
    pauses = 0;
    if (youngDeaths == 0) {
      failures = 0;
      report = null;
    }
  }

  /** A process has served, or lived for long. */
  void outlived() {
    if (youngDeaths > 0) {
      youngDeaths = 0;
      failures = pauses;
      report = pauses == 0 ? null : report;
    }
  }

  /** Ends the pause, but remembers the failure. */
  void lift() {
    pauses = 0;
    youngDeaths = 0;
  }

  boolean isPausing(long now) {
    return pauses > 0 && now < until;
  }

  long until() {
    return until;
  }

  /** Nanoseconds of the pause that are left; 0 when there is none. */
  long left(long now) {
    return isPausing(now) ? until - now : 0;
  }

  int failures() {
    return failures;
  }

  /** Of the last failed start; null after a successful one. */
  @Nullable SpawnReport report() {
    return report;
  }

  void verify() {
    Verify.verify(pauses <= failures, "%s pauses after %s failures", pauses, failures);
    Verify.verify(report == null || failures > 0, "a report without a failure");
  }
}
