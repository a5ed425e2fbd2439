package dev.carpool.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusReportTest {

  @Test
  void anEmptyPoolSaysItsLimitsAndItsZeros() {
    assertThat(StatusReport.of(pool(0, false, List.of())))
        .isEqualTo(
            """
            Carpool 0.1.0, pid 4711

            max             6
            max per app     no limit
            max idle time   5m
            max spawning    4

            count           0
            active          0
            inactive        0
            waiting         0 of 100
            expecting       0
            refused         0
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | true  | generation 4 cannot start (retry in 3s); generation 3 serves",
        "0 | true  | generation 4 could not start, and is tried again; generation 3 serves",
        "0 | false | generation 4 replaces 1 process; generation 3 serves"
      })
  void aRestartSaysHowFarItHasGot(int retryIn, boolean failed, String words) {
    PoolStatus.App app =
        new PoolStatus.App(
            "blog",
            "/srv/blog",
            4,
            0,
            Duration.ofSeconds(retryIn),
            PoolStatus.Unserved.NONE,
            PoolStatus.Activity.NONE,
            List.of(process(4720, "idle", "restart", 3, 0, 1, 5, 2.4)),
            failed ? new PoolStatus.Failure("f3a9", Instant.EPOCH, "syntax error", 2) : null);
    PoolStatus status =
        new PoolStatus(
            "1",
            42,
            PoolLimits.DEFAULT,
            1,
            0,
            1,
            0,
            0,
            Duration.ZERO,
            false,
            PoolStatus.Unserved.NONE,
            PoolStatus.Activity.NONE,
            List.of(),
            List.of(app));
    assertThat(StatusReport.of(status)).contains("  restart       " + words + "\n");
  }

  @Test
  void aPoolAtWorkSaysItsAppsAndTheirProcessesInAlignedColumns() {
    PoolStatus.App blog =
        new PoolStatus.App(
            "blog",
            "/srv/blog",
            2,
            3,
            Duration.ZERO,
            new PoolStatus.Unserved(100, 3, 0, 0, 0, 2, 1),
            PoolStatus.Activity.NONE,
            List.of(
                process(4720, "draining", "restart", 1, 1, 10_482, 7325, 0),
                process(4733, "busy", "", 2, 1, 94, 63, 0),
                process(14_734, "idle", "", 2, 0, 1, 5, 2.4),
                process(0, "starting", "", 2, 0, 0, 0.25, 0)),
            null);
    PoolStatus.App broken =
        new PoolStatus.App(
            "/srv/broken",
            "/srv/broken",
            1,
            0,
            Duration.ofSeconds(8),
            PoolStatus.Unserved.NONE,
            PoolStatus.Activity.NONE,
            List.of(),
            new PoolStatus.Failure(
                "f3a9",
                Instant.parse("2026-11-21T10:00:00.123Z"),
                "wsgi.py does not compile\n\u001b[2J",
                4));

    assertThat(StatusReport.of(pool(3, true, List.of(blog, broken))))
        .isEqualTo(
            """
            Carpool 0.1.0, pid 4711
            SHUTTING DOWN: new requests are refused

            max             6
            max per app     no limit
            max idle time   5m
            max spawning    4

            count           4
            active          2
            inactive        1
            waiting         3 of 100  (the oldest for 1.2s)
            expecting       1
            refused         135  (132 queue full, 3 queue timeout)

            Application blog
              root          /srv/blog
              generation    2
              waiting       3
              refused       100 queue full, 3 queue timeout
              withdrawn     2
              lost sessions 1
                PID  STATE                              SESSIONS  SERVED    AGE  IDLE FOR
               4720  draining (restart) [generation 1]       1/1   10482  2h02m         -
               4733  busy                                    1/1      94  1m03s         -
              14734  idle                                    0/1       1     5s      2.4s
                  -  starting                                0/1       0  250ms         -

            Application /srv/broken
              generation    1
              waiting       0
              next start    in 8s
              last failure  wsgi.py does not compile??[2J
                            report f3a9, 2026-11-21T10:00:00Z, 4 times in a row
              processes     none
            """);
  }

  @Test
  void aCountAboveALoweredLimitIsExplained() {
    PoolStatus status =
        new PoolStatus(
            "0.1.0",
            1,
            PoolLimits.DEFAULT.withMax(3).withMaxIdleTime(Duration.ZERO).withMaxPerApp(2),
            5,
            5,
            0,
            0,
            0,
            Duration.ZERO,
            false,
            PoolStatus.Unserved.NONE,
            PoolStatus.Activity.NONE,
            List.of(),
            List.of());

    assertThat(StatusReport.of(status))
        .contains("max             3  (draining to it)\n")
        .contains("max per app     2\n")
        .contains("max idle time   for ever\n");
  }

  private static PoolStatus pool(int waiting, boolean shuttingDown, List<PoolStatus.App> apps) {
    boolean empty = apps.isEmpty();
    return new PoolStatus(
        "0.1.0",
        4711,
        PoolLimits.DEFAULT,
        empty ? 0 : 4,
        empty ? 0 : 2,
        empty ? 0 : 1,
        waiting,
        empty ? 0 : 1,
        empty ? Duration.ZERO : Duration.ofMillis(1234),
        shuttingDown,
        empty ? PoolStatus.Unserved.NONE : new PoolStatus.Unserved(132, 3, 0, 0, 0, 2, 1),
        PoolStatus.Activity.NONE,
        List.of(),
        apps);
  }

  private static PoolStatus.Process process(
      long pid,
      String state,
      String why,
      int generation,
      int sessions,
      long served,
      double age,
      double idleFor) {
    return new PoolStatus.Process(
        pid,
        state,
        why,
        generation,
        1,
        sessions,
        served,
        seconds(age),
        seconds(idleFor),
        Duration.ZERO);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
