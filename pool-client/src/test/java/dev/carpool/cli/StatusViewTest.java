package dev.carpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatusViewTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration NONE = Duration.ZERO;

  private static PoolStatus.Process process(long pid, String state, String why, int sessions) {
    Duration idle = state.equals("idle") ? Duration.ofSeconds(3) : NONE;
    Duration busy = sessions == 0 ? NONE : Duration.ofMillis(1500);
    return new PoolStatus.Process(
        pid, state, why, 1, 1, sessions, 9, Duration.ofSeconds(61), idle, busy);
  }

  private static PoolStatus.App app(
      String name,
      int waiting,
      long refused,
      PoolStatus.@Nullable Failure failure,
      PoolStatus.Process... processes) {
    return new PoolStatus.App(
        name,
        "/srv/" + name,
        1,
        waiting,
        failure == null ? NONE : Duration.ofSeconds(4),
        new PoolStatus.Unserved(refused, 0, 0, 0, 0, 0, 0),
        PoolStatus.Activity.NONE,
        List.of(processes),
        failure);
  }

  private static PoolStatus status(PoolStatus.App... apps) {
    return new PoolStatus(
        "0.1.0",
        4711,
        PoolLimits.DEFAULT.withMax(4),
        5,
        2,
        1,
        3,
        1,
        Duration.ofMillis(1200),
        false,
        new PoolStatus.Unserved(130, 3, 0, 0, 0, 0, 0),
        PoolStatus.Activity.NONE,
        List.of(),
        List.of(apps));
  }

  private static String shown(PoolStatus status, Order order, RunningRequest... requests) {
    return StatusView.of(status, List.of(requests), order, NOW).stream()
        .map(line -> line.shown(Integer.MAX_VALUE, false) + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void isOneRowAnApplicationAndOneAProcess() {
    PoolStatus.Failure failure =
        new PoolStatus.Failure("f1", NOW.minusSeconds(90), "no \u001b[2J\u202eway", 3);
    assertThat(
            shown(
                status(
                    app(
                        "blog",
                        3,
                        0,
                        null,
                        process(17, "busy", "", 1),
                        process(18, "draining", "above max", 1),
                        process(9, "idle", "", 0)),
                    app("shop", 0, 130, failure)),
                Order.NAME,
                new RunningRequest("blog", 17, 3, Duration.ofMillis(1500), "GET /slow"),
                new RunningRequest("blog", 18, 4, Duration.ofMillis(20), "")))
        .isEqualTo(
            """
            Carpool 0.1.0, pid 4711
            processes 5 of 4 (draining to it): 2 busy, 1 idle
            waiting   3 of 100, expecting 1, the oldest for 1.2s
            refused   133: 130 queue full, 3 queue timeout, served 0
            limits    max per app none, max idle time 5m, max spawning 4

            APP   WAITING  BUSY  IDLE  TOTAL  SERVED  REFUSED  GEN  LAST FAILURE
            blog        3     2     1      3       0        0    1  -
            shop        0     0     0      0       0      130    1  3 times, 1m30s ago, retry in 4s: no ?[2J?way

            PID  APP   STATE                 SESSIONS  SERVED    AGE  IDLE FOR  BUSY FOR
             17  blog  busy                       1/1       9  1m01s         -      1.5s
             18  blog  draining (above max)       1/1       9  1m01s         -      1.5s
              9  blog  idle                       0/1       9  1m01s        3s         -

            PID  APP    FOR  REQUEST
             17  blog  1.5s  GET /slow
             18  blog  20ms  -
            """);
  }

  @Test
  void ofAnEmptyPoolHasNoTables() {
    assertThat(shown(status(), Order.NAME).lines()).hasSize(5);
  }

  @Test
  void acceptQueuesAreATableIfAnyAreWatched() {
    PoolStatus status =
        status()
            .withListeners(
                List.of(
                    new PoolStatus.Listener("unix:/run/blog.sock", "blog", 3, 4, 5, -1),
                    new PoolStatus.Listener("tcp:127.0.0.1:80", "", 0, 128, 9, 2)));
    assertThat(shown(status, Order.NAME))
        .endsWith(
            """

            LISTENER             APP   QUEUE  LIMIT  PEAK  DROPPED
            unix:/run/blog.sock  blog      3      4     5        -
            tcp:127.0.0.1:80     -         0    128     9        2
            """);
  }

  @Test
  void applicationsAndTheirProcessesAreSorted() {
    PoolStatus status =
        status(
            app("a", 0, 5, null, process(1, "busy", "", 1)),
            app("b", 2, 0, null),
            app("c", 0, 9, null, process(2, "busy", "", 1), process(3, "busy", "", 1)));
    assertThat(apps(status, Order.NAME)).containsExactly("a", "b", "c");
    assertThat(apps(status, Order.WAITING)).containsExactly("b", "a", "c");
    assertThat(apps(status, Order.BUSY)).containsExactly("c", "a", "b");
    assertThat(apps(status, Order.REFUSED)).containsExactly("c", "a", "b");
    assertThat(shown(status, Order.BUSY)).containsPattern("(?s) 2  c .* 3  c .* 1  a ");
  }

  private static List<String> apps(PoolStatus status, Order order) {
    return shown(status, order).lines().skip(7).limit(3).map(row -> row.substring(0, 1)).toList();
  }

  @Test
  void whatDoesNotFitIsSaid() {
    List<Line> lines = List.of(Line.of(Style.PLAIN, "a"), Line.of(Style.PLAIN, "b"), Line.EMPTY);
    assertThat(WatchScreen.fitting(lines, 3)).isEqualTo(lines);
    assertThat(WatchScreen.fitting(lines, 2))
        .extracting(line -> line.shown(80, false))
        .containsExactly("a", "... and 2 lines more");
    assertThat(WatchScreen.fitting(lines, 0)).isEmpty();
    assertThat(WatchScreen.fitting(lines, -1)).isEmpty();
  }

  @Test
  void aLineIsCutWhereTheTerminalEndsAndPaintsOnlyWhatIsShown() {
    Line line = Line.of(Style.BOLD, "Carpool").and(Style.RED, " stops");
    assertThat(line.shown(13, false)).isEqualTo("Carpool stops");
    assertThat(line.shown(12, false)).isEqualTo("Carpool sto~");
    assertThat(line.shown(4, true)).isEqualTo("\u001b[1mCar\u001b[0m~");
    assertThat(line.shown(80, true))
        .isEqualTo("\u001b[1mCarpool\u001b[0m\u001b[31m stops\u001b[0m");
    assertThat(line.shown(0, true)).isEmpty();
  }
}
