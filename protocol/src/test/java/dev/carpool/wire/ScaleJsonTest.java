package dev.carpool.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScaleJsonTest {

  private static final PoolLimits LIMITS = PoolLimits.DEFAULT.withMax(6);

  private static PoolStatus.Process process(String state, int concurrency, int sessions) {
    return new PoolStatus.Process(
        1, state, "", 1, concurrency, sessions, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO);
  }

  private static PoolStatus.App app(PoolStatus.Process... processes) {
    return new PoolStatus.App(
        "app",
        "/srv/app",
        1,
        0,
        Duration.ZERO,
        PoolStatus.Unserved.NONE,
        PoolStatus.Activity.NONE,
        List.of(processes),
        null);
  }

  private static String of(PoolLimits limits, int waiting, int expecting, PoolStatus.App... apps) {
    int count = Stream.of(apps).mapToInt(app -> app.processes().size()).sum();
    return ScaleJson.of(
        new PoolStatus(
            "1.0",
            1,
            limits,
            count,
            0,
            0,
            waiting,
            expecting,
            Duration.ofMillis(waiting + expecting == 0 ? 0 : 1234),
            false,
            PoolStatus.Unserved.NONE,
            PoolStatus.Activity.NONE,
            List.of(),
            List.of(apps)));
  }

  @Test
  void anEmptyPoolHasThePlacesThatItCouldHave() {
    assertThat(of(LIMITS, 0, 0))
        .isEqualTo(
            """
            {"waiting":0,"oldest_wait_seconds":0.0,"busy":0,"places":6,"utilisation":0.0}""");
    assertThat(of(LIMITS, 0, 0, app())).contains("\"places\":6,");
  }

  @Test
  void allWhoWaitForAPlaceAreWaiting() {
    assertThat(of(LIMITS, 3, 2)).startsWith("{\"waiting\":5,\"oldest_wait_seconds\":1.234,");
  }

  @Test
  void livingProcessesCountTheirPlacesAndTheRestThoseOfTheSmallest() {
    assertThat(of(LIMITS, 0, 0, app(process("busy", 4, 3), process("idle", 4, 0))))
        .endsWith("\"busy\":3,\"places\":24,\"utilisation\":0.125}");
    assertThat(of(LIMITS, 0, 0, app(process("busy", 8, 8)), app(process("draining", 2, 1))))
        .endsWith("\"busy\":9,\"places\":18,\"utilisation\":0.5}");
  }

  @Test
  void aLimitOfEachAppIsSeen() {
    assertThat(of(LIMITS.withMaxPerApp(2), 0, 0, app(process("busy", 1, 1)))).contains(":2,");
    assertThat(of(LIMITS.withMaxPerApp(2), 0, 0, app(process("busy", 1, 1)), app()))
        .contains("\"places\":4,");
  }

  @Test
  void aFullPoolIsUsedUpAndNeverMore() {
    PoolStatus.App full = app(process("busy", 1, 1), process("busy", 1, 1));
    assertThat(of(LIMITS.withMax(2), 9, 0, full)).endsWith("\"utilisation\":1.0}");
    assertThat(of(LIMITS.withMax(1), 9, 0, full))
        .endsWith("\"busy\":2,\"places\":2,\"utilisation\":1.0}");
  }
}
