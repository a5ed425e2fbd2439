package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MemoryWatchTest {

  private static final long MIB = 1 << 20;
  private static final AppSpec APP =
      AppSpec.named("blog", Path.of("/"))
          .withLimits(AppLimits.NONE.withMemory(100 * MIB).withHardMemory(200 * MIB));

  private long now;
  private long resident;
  private long proportional;
  private int proportionalReads;
  private final List<String> told = new ArrayList<>();
  private final MemoryWatch watch =
      new MemoryWatch(
          new MemoryWatch.Reader() {
            @Override
            public long resident(long pid) {
              return resident;
            }

            @Override
            public long proportional(long pid) {
              proportionalReads++;
              return proportional;
            }
          },
          (process, why, hard) -> told.add(process + (hard ? " hard: " : ": ") + why));

  @BeforeEach
  void startAProcess() {
    watch.expect(7, APP);
    watch.close(); // the test looks itself
    watch.started(7, 1007);
  }

  @AfterEach
  void end() {
    watch.gone(7);
    watch.look(Long.MAX_VALUE);
  }

  private void uses(long resident, long proportional) {
    this.resident = resident * MIB;
    this.proportional = proportional * MIB;
    now += 60_000_000_000L; // longer than it waits after a look that took long
    watch.look(now);
  }

  @Test
  void theCostlySizeIsReadOnlyWhenTheCheapOneIsAboveALimit() {
    uses(100, 90);
    assertThat(proportionalReads).isZero();
    uses(101, 90);
    assertThat(proportionalReads).isEqualTo(1);
    assertThat(told).isEmpty();
  }

  @Test
  void aProcessAboveItsLimitIsToldOnce() {
    uses(150, 120);
    uses(150, 120);
    assertThat(told).containsExactly("7: uses 120 MiB, above memory_limit = 100 MiB");
    assertThat(proportionalReads).as("nothing more to find out").isEqualTo(1);
  }

  @Test
  void theHardLimitIsLookedForAlsoAfterThat() {
    uses(150, 120);
    uses(300, 250);
    assertThat(told)
        .containsExactly(
            "7: uses 120 MiB, above memory_limit = 100 MiB",
            "7 hard: uses 250 MiB, above hard_memory_limit = 200 MiB");
  }

  @Test
  void oneThatIsGoneIsForgotten() {
    watch.gone(7);
    uses(300, 250);
    assertThat(told).isEmpty();
  }
}
