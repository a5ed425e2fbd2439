package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every refusal is in the log, and no second has more than a line of the same sort. */
final class RefusalLogTest {

  private record Task(Runnable task, long at) {}

  private final List<String> lines = new ArrayList<>();
  private final Deque<Task> tasks = new ArrayDeque<>();
  private long now = Long.MAX_VALUE - Duration.ofMillis(500).toNanos(); // nanoTime may turn over
  private final RefusalLog log =
      new RefusalLog(
          lines::add, () -> now, (task, delay) -> tasks.add(new Task(task, now + delay.toNanos())));

  private static PoolException full(String message) {
    return new PoolException.QueueFull(message, Duration.ZERO);
  }

  private void pass(long millis) {
    long end = now + Duration.ofMillis(millis).toNanos();
    while (!tasks.isEmpty() && tasks.getFirst().at() - end <= 0) {
      assertThat(tasks).hasSize(1);
      Task task = tasks.remove();
      now = task.at();
      task.task().run();
    }
    now = end;
  }

  @Test
  void theFirstIsSaidAtOnce() {
    log.refused("blog", full("the waiting room is full: 100 of 100 wait"));
    assertThat(lines)
        .containsExactly("refused a request of 'blog': the waiting room is full: 100 of 100 wait");
  }

  @Test
  void thoseOfTheSecondAfterItAreSaidTogetherAtItsEnd() {
    log.refused("blog", full("full"));
    for (int i = 1; i <= 132; i++) {
      log.refused("blog", full("full " + i));
    }
    pass(999);
    assertThat(lines).hasSize(1);
    pass(1);
    assertThat(lines.subList(1, lines.size()))
        .containsExactly("refused 132 more requests of 'blog' in the last second: full 132");
  }

  @Test
  void aSecondThatGoesOnHasItsOwnLine() {
    log.refused("blog", full("1"));
    pass(400);
    log.refused("blog", full("2"));
    pass(800);
    log.refused("blog", full("3"));
    log.refused("blog", full("4"));
    pass(799);
    assertThat(lines).hasSize(2);
    pass(1);
    assertThat(lines)
        .containsExactly(
            "refused a request of 'blog': 1",
            "refused 1 more request of 'blog' in the last second: 2",
            "refused 2 more requests of 'blog' in the last second: 4");
  }

  @Test
  void afterASecondOfSilenceTheNextIsAFirstAgain() {
    log.refused("blog", full("1"));
    pass(1_000);
    assertThat(tasks).isEmpty();
    log.refused("blog", full("2"));
    assertThat(lines).last().isEqualTo("refused a request of 'blog': 2");
  }

  @Test
  void anotherReasonAndAnotherApplicationHaveTheirOwnLines() {
    log.refused("blog", full("full"));
    log.refused("blog", new PoolException.ShuttingDown());
    log.refused("wiki", full("full"));
    assertThat(lines).hasSize(3);
    pass(500);
    log.refused("wiki", full("fuller"));
    pass(500);
    assertThat(lines).hasSize(4).last().asString().contains("1 more request of 'wiki'");
  }

  @Test
  void aLineThatIsDueIsSaidByTheNextRefusalWhenNobodyLooked() {
    log.refused("blog", full("1"));
    log.refused("blog", full("2"));
    now += Duration.ofSeconds(2).toNanos();
    log.refused("blog", full("3"));
    assertThat(lines).last().isEqualTo("refused 2 more requests of 'blog' in the last second: 3");
  }

  @Test
  void applicationsAboveABoundShareTheirLines() {
    int more = 50;
    for (int i = 0; i < RefusalLog.MOST_APPS + more; i++) {
      log.refused("app" + i, full("full"));
    }
    assertThat(lines).hasSize(RefusalLog.MOST_APPS + 1);
    pass(1_000);
    assertThat(lines)
        .hasSize(RefusalLog.MOST_APPS + 2)
        .last()
        .isEqualTo("refused 49 more requests of other applications in the last second: full");
    pass(1_000);
    log.refused("late", full("full"));
    assertThat(lines).last().isEqualTo("refused a request of 'late': full");
  }

  @Test
  void atTheEndNothingStaysUnsaid() {
    log.refused("blog", full("1"));
    log.refused("blog", full("2"));
    log.close();
    assertThat(lines).hasSize(2);
    log.close();
    assertThat(lines).hasSize(2);
  }
}
