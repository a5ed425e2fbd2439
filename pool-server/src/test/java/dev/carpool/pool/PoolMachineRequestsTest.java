package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rules of the pool about its requests: who waits, who is refused, and what may go wrong. */
class PoolMachineRequestsTest {

  @Nested
  class Rule5WaitingRoom {

    private final Scenario pool = new Scenario(new PoolLimits(1, 0, Duration.ZERO, 1, 2));

    @Test
    void firstComeIsFirstServedWithinAnApplication() {
      RequestId busy = pool.serve("a");
      List<RequestId> waiting = pool.requests("a", 2);
      pool.done(busy);
      assertThat(pool.granted).containsKey(waiting.get(0));
      pool.done(waiting.get(0));
      assertThat(pool.granted).containsKey(waiting.get(1));
    }

    @Test
    void theYoungestIsRefusedWhenTheRoomIsFull() {
      pool.serve("a");
      pool.requests("a", 2);
      RequestId third = pool.request("a");
      assertThat(pool.refused.get(third))
          .isInstanceOf(PoolException.QueueFull.class)
          .hasMessage("the waiting room is full: 2 of 2 wait; 1 of 1 processes live, 1 busy")
          .extracting(PoolException::retryAfter)
          .isEqualTo(Duration.ofSeconds(5));
      assertThat(pool.status().waiting()).isEqualTo(2);
    }

    @Test
    void thoseForWhomAProcessIsStartingDoNotFillTheRoom() {
      pool.requests("a", 3);
      assertThat(pool.status().expecting()).isEqualTo(1);
      assertThat(pool.status().waiting()).isEqualTo(2);
      assertThat(pool.refused).isEmpty();
    }

    @Test
    void nobodyWaitsWhenTheRoomHasNoPlace() {
      pool.limits(pool.machine().limits().withQueueMax(0));
      RequestId first = pool.request("a");
      RequestId second = pool.request("a");
      assertThat(pool.refused.get(second))
          .hasMessage("nobody may wait (queue_max is 0); 1 of 1 processes live, 1 starting");
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(first);
    }

    @Test
    void aSmallerRoomRefusesTheYoungestOfAllApplications() {
      pool.serve("a");
      RequestId first = pool.request("b");
      RequestId second = pool.request("a");
      pool.limits(pool.machine().limits().withQueueMax(1));
      assertThat(pool.refused).containsOnlyKeys(second);
      assertThat(pool.waits(first)).isTrue();
    }

    @Test
    void anApplicationWithoutAProcessIsNotKeptOutByOneThatIsAlwaysBusy() {
      RequestId busy = pool.serve("a");
      RequestId starving = pool.request("b");
      RequestId younger = pool.request("a");
      pool.done(busy);
      assertThat(pool.stopped.getLast().process()).isEqualTo(pool.process(busy));
      assertThat(pool.waits(younger)).isTrue();
      pool.gone(pool.process(busy));
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(starving);
    }

    @Test
    void aFreedPlaceServesItsOwnQueueFirstWhenThatHasWaitedLonger() {
      RequestId busy = pool.serve("a");
      RequestId older = pool.request("a");
      RequestId other = pool.request("b");
      pool.done(busy);
      assertThat(pool.granted).containsKey(older);
      assertThat(pool.waits(other)).isTrue();
    }

    @Test
    void theOldestWaitIsTold() {
      pool.serve("a");
      pool.request("a");
      pool.passMillis(1_500);
      pool.request("a");
      assertThat(pool.status().oldestWait()).isEqualTo(Duration.ofMillis(1_500));
    }
  }

  @Nested
  class Rule6Deadline {

    @Test
    void aRequestIsRefusedAtTheMomentItsTimeIsOver() {
      Scenario pool = Scenario.ofMax(1);
      pool.serve("a");
      RequestId id = pool.request("a", Duration.ofSeconds(2));
      pool.passMillis(1_999);
      assertThat(pool.waits(id)).isTrue();
      pool.passMillis(1);
      assertThat(pool.refused.get(id))
          .isInstanceOf(PoolException.QueueTimeout.class)
          .hasMessageContaining("no process of 'a' was free within 2 s")
          .hasMessageContaining("max is 1")
          .hasMessageContaining("1 of 1 processes live, 1 busy");
    }

    @Test
    void startingIsPartOfTheTime() {
      Scenario pool = Scenario.ofMax(1);
      RequestId id = pool.request("a", Duration.ofMillis(250));
      pool.passMillis(250);
      assertThat(pool.refused.get(id))
          .hasMessageContaining("within 0.250 s")
          .hasMessageContaining("still starting");
    }

    @Test
    void theDeadlineStaysTheSameAfterAFailedHandOver() {
      Scenario pool = Scenario.ofMax(1);
      RequestId id = pool.request("a", Duration.ofSeconds(2));
      pool.passMillis(1_500);
      pool.ready(pool.lastStarted());
      pool.failHandOver(id);
      pool.passMillis(500);
      assertThat(pool.refused.get(id)).isInstanceOf(PoolException.QueueTimeout.class);
    }

    @Test
    void theAlarmIsNotSetAgainForEachRequest() {
      Scenario pool = Scenario.ofMax(1);
      pool.serve("a");
      pool.requests("a", 50);
      assertThat(pool.alarms).isEqualTo(1);
    }
  }

  @Nested
  class Rule7Withdrawal {

    @Test
    void aRequestWithdrawnWhileWaitingIsNotGivenAProcess() {
      Scenario pool = Scenario.ofMax(1);
      RequestId busy = pool.serve("a");
      RequestId gone = pool.request("a");
      RequestId next = pool.request("a");
      pool.withdraw(gone);
      pool.done(busy);
      assertThat(pool.granted).containsKey(next).doesNotContainKey(gone);
      assertThat(pool.refused).isEmpty();
    }

    @Test
    void aWithdrawalAfterTheGrantChangesNothing() {
      Scenario pool = Scenario.ofMax(1);
      RequestId id = pool.serve("a");
      pool.withdraw(id);
      assertThat(pool.machine().active()).isEqualTo(1);
      assertThat(pool.notes).containsExactly("request 1 was withdrawn too late");
    }

    @Test
    void aRequesterThatIsGoneAtHandOverFreesThePlaceAtOnce() {
      Scenario pool = Scenario.ofMax(1);
      RequestId gone = pool.serve("a");
      RequestId next = pool.request("a");
      pool.on(new PoolEvent.NotTaken(pool.session(gone), true));
      assertThat(pool.process(next)).isEqualTo(pool.process(gone));
      assertThat(pool.appStatus("a").processes().getFirst().served()).isZero();
    }
  }

  @Nested
  class Rule8FailedHandOver {

    @Test
    void theProcessIsRetiredAndTheRequestReturnsToTheHead() {
      Scenario pool = Scenario.ofMax(2);
      RequestId first = pool.serve("a");
      RequestId second = pool.serve("a");
      RequestId third = pool.request("a");
      ProcessId broken = pool.process(first);
      pool.failHandOver(first);
      assertThat(pool.isStopped(broken)).isTrue();

      pool.done(second);
      assertThat(pool.granted).containsKey(first).doesNotContainKey(third);
    }

    @Test
    void severalThatReturnKeepTheirOrder() {
      Scenario pool = Scenario.ofMax(2);
      RequestId first = pool.serve("a");
      RequestId second = pool.serve("a");
      pool.passMillis(1);
      pool.failHandOver(first);
      pool.failHandOver(second);
      pool.gone(pool.starts.get(0).process());
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(first).doesNotContainKey(second);
    }

    @Test
    void theRequestReturnsAlsoWhenTheProcessHasGoneMeanwhile() {
      Scenario pool = Scenario.ofMax(1);
      RequestId id = pool.serve("a");
      pool.pass(Lives.INFANCY);
      pool.gone(pool.process(id));
      assertThat(pool.knows("a")).isFalse();
      pool.failHandOver(id);
      pool.ready(pool.lastStarted());
      assertThat(pool.granted).containsKey(id);
    }

    @Test
    void theTenthFailureIsTheLast() {
      Scenario pool = Scenario.ofMax(1);
      RequestId id = pool.request("a");
      for (int attempt = 1; attempt <= 10; attempt++) {
        pool.ready(pool.lastStarted(), 2);
        ProcessId process = pool.process(id);
        pool.done(pool.request("a")); // or it would have died young
        pool.failHandOver(id);
        assertThat(pool.refused.containsKey(id)).isEqualTo(attempt == 10);
        pool.gone(process);
      }
      assertThat(pool.refused.get(id))
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessage("cannot hand over to a process of a: broken pipe (tried 10 times)");
    }
  }
}
