package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.pool.PoolEffect;
import dev.carpool.pool.PoolEvent;
import dev.carpool.pool.ProcessId;
import dev.carpool.pool.Request;
import dev.carpool.pool.RequestId;
import dev.carpool.pool.SessionId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The line carries the lowest 32 bits of a session's number, and 2^32 sessions are no fiction. */
final class SessionsTest {

  private static final long PROCESS = 7;

  private final List<PoolEvent> events = new ArrayList<>();
  private static final MemoryWatch NOBODY =
      new MemoryWatch(new ProcFiles(), (process, why, hard) -> {});

  private final Map<RequestId, Requester> waiting = new HashMap<>();
  private final Sessions sessions = new Sessions(waiting, NOBODY, events::add);

  private final List<LiveSession.Ending> endings = new ArrayList<>();

  /** Whether requesters can wait again after they had a place. */
  private boolean patient;

  private void open(long number) {
    sessions.open(granted(number), new Listening());
  }

  private static PoolEffect.HandOver granted(long number) {
    Request request = new Request(new RequestId(1), AppSpec.named("blog", Path.of("/")), 0, 9, 0);
    return new PoolEffect.HandOver(
        request, new SessionId(number), new ProcessId(PROCESS), 1000 + PROCESS);
  }

  /** A requester of whom only the last word is of interest. */
  private final class Listening implements Requester {
    @Override
    public Descriptor connection(long session, long pid) {
      throw new AssertionError("was asked for a connection");
    }

    @Override
    public boolean isGone() {
      return true;
    }

    @Override
    public void handedOver() {}

    @Override
    public void returned() {}

    @Override
    public boolean takenBack() {
      return patient;
    }

    @Override
    public void refused(PoolException reason) {}

    @Override
    public void overdue() {}

    @Override
    public void ended(LiveSession.Ending ending) {
      endings.add(ending);
    }
  }

  @Test
  void aNumberBeyond32BitsIsFoundByItsLowest() {
    open((1L << 32) + 5);
    sessions.done(PROCESS, 5, true);

    assertThat(events).containsExactly(new PoolEvent.Done(new SessionId((1L << 32) + 5)));
  }

  @Test
  void theLastBeforeTheWrapIsFoundAfterIt() {
    open((1L << 32) - 1);
    open((1L << 32) + 1);
    sessions.done(PROCESS, -1, true);

    assertThat(endings).containsExactly(LiveSession.Ending.COMPLETE);
    assertThat(events).containsExactly(new PoolEvent.Done(new SessionId((1L << 32) - 1)));
  }

  @Test
  void theHighestHalfOf32BitsIsNoNegativeNumber() {
    open(0x80000001L);
    sessions.done(PROCESS, 0x80000001, false);

    assertThat(events).containsExactly(new PoolEvent.Done(new SessionId(0x80000001L)));
  }

  @Test
  void whatWasNeverOpenIsNotPassedOn() {
    open(1);
    sessions.done(PROCESS, 2, true);
    sessions.done(PROCESS + 1, 1, true);

    assertThat(events).isEmpty();
  }

  @Test
  void anAbandonedSessionCannotBeDone() {
    open(1);
    sessions.abandon(granted(1), "full");
    sessions.done(PROCESS, 1, true);

    assertThat(endings).isEmpty();
    assertThat(events).containsExactly(failed(1, "full"));
    assertThat(waiting).containsOnlyKeys(new RequestId(1));
  }

  private static PoolEvent failed(long number, String why) {
    return new PoolEvent.HandOverFailed(new SessionId(number), granted(number).request(), why);
  }

  @Test
  void whoseProcessTookNothingWaitsAgainIfHeCan() {
    patient = true;
    open(1);
    sessions.notTaken(PROCESS, 1);
    sessions.abandon(granted(1), "the end of the line was faster");
    sessions.gone(PROCESS, "was ended by SIGKILL");

    assertThat(waiting).containsOnlyKeys(new RequestId(1));
    assertThat(endings).isEmpty();
    assertThat(events)
        .containsExactly(
            failed(1, "it ended before it took the connection"),
            new PoolEvent.Gone(new ProcessId(PROCESS), "was ended by SIGKILL"));
  }

  @Test
  void whoseProcessEndsWhileItIsAskedWaitsAgain() {
    open(1);
    sessions.gone(PROCESS, "was ended by SIGKILL");
    sessions.abandon(granted(1), "it is gone");

    assertThat(waiting).containsOnlyKeys(new RequestId(1));
    assertThat(endings).isEmpty();
  }

  @Test
  void whoseProcessEndsRightAfterItWasAskedHasLostIt() {
    open(1);
    sessions.gone(PROCESS, "was ended by SIGKILL");
    sessions.served(granted(1));

    assertThat(waiting).isEmpty();
    assertThat(endings).containsExactly(LiveSession.Ending.LOST);
  }

  @Test
  void whoCannotWaitAgainHasLostHisProcess() {
    open(1);
    sessions.served(granted(1));
    sessions.notTaken(PROCESS, 1);
    sessions.gone(PROCESS, "was ended by SIGKILL");

    assertThat(waiting).isEmpty();
    assertThat(endings).containsExactly(LiveSession.Ending.LOST);
  }
}
