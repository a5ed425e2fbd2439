package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus.Unserved;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rule 16: no refusal is silent. Each is counted by its reason, and says when to come again. */
class PoolMachineCountsTest {

  private static Scenario room(int max, int queueMax) {
    return new Scenario(new PoolLimits(max, 0, Duration.ZERO, max, queueMax));
  }

  @Nested
  class Counts {

    @Test
    void aFullRoomIsCountedForItsApplicationAndInSum() {
      Scenario pool = room(1, 1);
      pool.serve("a");
      pool.requests("a", 3);
      pool.request("b");
      assertThat(pool.unserved("a")).isEqualTo(new Unserved(2, 0, 0, 0, 0, 0, 0));
      assertThat(pool.status().unserved()).isEqualTo(new Unserved(3, 0, 0, 0, 0, 0, 0));
      assertThat(pool.status().unserved().refused()).isEqualTo(3);
    }

    @Test
    void aDeadlineIsCounted() {
      Scenario pool = room(1, 5);
      pool.serve("a");
      pool.request("a", Duration.ofSeconds(1));
      pool.passMillis(1_000);
      assertThat(pool.unserved("a")).isEqualTo(new Unserved(0, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void aFailedStartIsCountedForEachWhoIsToldOfIt() {
      Scenario pool = room(1, 5);
      pool.requests("a", 3);
      pool.failStart(pool.lastStarted(), "no such module");
      pool.request("a");
      assertThat(pool.unserved("a")).isEqualTo(new Unserved(0, 0, 4, 0, 0, 0, 0));
    }

    @Test
    void shuttingDownIsCountedAlsoForApplicationsThatNobodyKnows() {
      Scenario pool = room(1, 5);
      pool.serve("a");
      pool.request("a");
      pool.shutDown(Duration.ofSeconds(5));
      pool.request("never seen");
      assertThat(pool.unserved("a")).isEqualTo(new Unserved(0, 0, 0, 1, 0, 0, 0));
      assertThat(pool.status().unserved()).isEqualTo(new Unserved(0, 0, 0, 2, 0, 0, 0));
    }

    @Test
    void aHandOverThatFailsForTheTenthTimeIsCountedAsOther() {
      Scenario pool = room(1, 5);
      RequestId id = pool.request("a");
      for (int attempt = 1; attempt <= 10; attempt++) {
        pool.ready(pool.lastStarted(), 2);
        ProcessId process = pool.process(id);
        pool.done(pool.request("a")); // or it would have died young
        pool.failHandOver(id);
        pool.gone(process);
      }
      assertThat(pool.status().unserved()).isEqualTo(new Unserved(0, 0, 0, 0, 1, 0, 0));
    }

    @Test
    void aConnectionThatCannotBeMadeIsRefusedAndThePlaceIsFree() {
      Scenario pool = room(1, 5);
      RequestId id = pool.serve("a");
      PoolEffect.HandOver granted = pool.handOver(id);
      pool.on(new PoolEvent.NotOpened(granted.session(), granted.request(), "too many open files"));
      assertThat(pool.refused.get(id))
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessageContaining("too many open files");
      assertThat(pool.states("a")).containsExactly("idle");
      assertThat(pool.unserved("a")).isEqualTo(new Unserved(0, 0, 0, 0, 1, 0, 0));
    }

    @Test
    void whoeverGoesAwayIsCountedOnceWhetherItStillWaitsOrIsMissedAtHandOver() {
      Scenario pool = room(1, 5);
      RequestId first = pool.serve("a");
      RequestId waiting = pool.request("a");
      pool.withdraw(waiting);
      pool.withdraw(waiting);
      assertThat(pool.unserved("a").withdrawn()).isEqualTo(1);

      pool.withdraw(first);
      pool.on(new PoolEvent.NotTaken(pool.session(first), true));
      pool.on(new PoolEvent.NotTaken(pool.session(first), true));
      assertThat(pool.status().unserved()).isEqualTo(new Unserved(0, 0, 0, 0, 0, 2, 0));
    }

    @Test
    void sessionsWhoseProcessIsGoneBeforeTheyAreDoneAreLost() {
      Scenario pool = room(2, 5);
      RequestId done = pool.serve("a", 3);
      RequestId closed = pool.request("a");
      pool.request("a");
      pool.done(done);
      pool.close(closed);
      pool.gone(pool.process(done));
      assertThat(pool.status().unserved()).isEqualTo(new Unserved(0, 0, 0, 0, 0, 0, 2));
      assertThat(pool.knows("a")).isFalse();
    }

    @Test
    void theSumKeepsWhatHappenedToForgottenApplications() {
      Scenario pool = room(1, 0);
      RequestId busy = pool.serve("a");
      pool.requests("a", 2);
      pool.pass(Lives.INFANCY);
      pool.gone(pool.process(busy));
      assertThat(pool.knows("a")).isFalse();
      assertThat(pool.status().unserved()).isEqualTo(new Unserved(2, 0, 0, 0, 0, 0, 1));

      pool.serve("a");
      assertThat(pool.unserved("a")).isEqualTo(Unserved.NONE);
    }

    @Test
    void applicationsThatAreForgottenForTheirNumberStayInTheSum() {
      Scenario pool = Scenario.ofMax(3);
      for (int i = 0; i < 2 * Apps.REMEMBERED_FAILURES; i++) {
        pool.request("app" + i);
        pool.failStart(pool.lastStarted(), "no such folder");
        pool.gone(pool.lastStarted());
      }
      assertThat(pool.status().unserved().spawnFailed()).isEqualTo(2L * Apps.REMEMBERED_FAILURES);
    }
  }

  @Nested
  class RetryAfter {

    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void whileTheFirstProcessesStartItIsASecond() {
      Scenario pool = room(1, 1);
      pool.requests("a", 2);
      assertThat(refusal(pool).retryAfter()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void beforeAnythingHasComeFreeItIsFiveSeconds() {
      Scenario pool = room(1, 0);
      pool.serve("a");
      assertThat(refusal(pool).retryAfter()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void itIsTheTimeInWhichAllWhoWaitWillHaveBeenServed() {
      Scenario pool = room(1, 4);
      served(pool, 2_000); // 1.813 s a place
      pool.serve("a");
      pool.requests("a", 4);
      assertThat(refusal(pool).retryAfter()).isCloseTo(Duration.ofNanos(9_063_462_346L), MILLI);
    }

    @Test
    void aDeadlineSaysTheSame() {
      Scenario pool = room(1, 4);
      served(pool, 2_000);
      pool.serve("a");
      RequestId late = pool.request("a", Duration.ofNanos(1));
      pool.requests("a", 3);
      pool.pass(Duration.ofNanos(1));
      assertThat(pool.refusal(late).retryAfter())
          .isCloseTo(Duration.ofNanos(4 * 1_812_692_469L), MILLI);
    }

    @Test
    void itIsOneSecondAtLeast() {
      Scenario pool = room(1, 1);
      served(pool, 10);
      pool.serve("a");
      pool.request("a");
      assertThat(refusal(pool).retryAfter()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void itIsAMinuteAtMost() {
      Scenario pool = room(1, 100);
      served(pool, 2_000);
      pool.serve("a");
      pool.requests("a", 100);
      assertThat(refusal(pool).retryAfter()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void aNightWithoutARequestChangesNothing() {
      Scenario pool = room(1, 4);
      served(pool, 2_000);
      pool.pass(Duration.ofHours(9));
      pool.serve("a");
      pool.requests("a", 4);
      assertThat(refusal(pool).retryAfter()).isCloseTo(Duration.ofMillis(9_063), MILLI);
    }

    @Test
    void placesThatHangMakeItLonger() {
      Scenario pool = room(1, 4);
      served(pool, 100);
      pool.serve("a");
      pool.requests("a", 4);
      assertThat(refusal(pool).retryAfter()).isEqualTo(Duration.ofSeconds(1));
      pool.passMillis(10_000); // 10 s (1 - rest(10.1 s)) = 6.358 s for rest(10 s) = 0.368 places
      assertThat(refusal(pool).retryAfter()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void aSessionWhoseProcessDiesFreesAPlaceAndOneThatWasNotTakenDoesNot() {
      Scenario pool = room(1, 0);
      RequestId id = pool.serve("a");
      pool.on(new PoolEvent.NotTaken(pool.session(id), true));
      RequestId busy = pool.serve("a");
      assertThat(refusal(pool).retryAfter()).isEqualTo(Duration.ofSeconds(5));
      pool.passMillis(2_000);
      pool.gone(pool.process(busy));
      pool.serve("a");
      assertThat(refusal(pool).retryAfter()).isCloseTo(Duration.ofMillis(1_813), MILLI);
    }

    /** One request, served in that time. */
    private void served(Scenario pool, long millis) {
      RequestId id = pool.serve("a");
      pool.passMillis(millis);
      pool.done(id);
    }

    private PoolException refusal(Scenario pool) {
      return pool.refusal(pool.request("a"));
    }
  }
}
