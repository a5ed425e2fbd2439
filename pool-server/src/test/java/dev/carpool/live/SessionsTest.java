package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.pool.PoolEvent;
import dev.carpool.pool.SessionId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The line carries the lowest 32 bits of a session's number, and 2^32 sessions are no fiction. */
final class SessionsTest {

  private static final long PROCESS = 7;

  private final List<PoolEvent> events = new ArrayList<>();
  private final Sessions sessions = new Sessions(events::add);

  private final List<LiveSession.Ending> endings = new ArrayList<>();

  private void open(long number) {
    sessions.open(number, PROCESS, new Listening());
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
    public void refused(PoolException reason) {}

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
    sessions.abandon(1);
    sessions.done(PROCESS, 1, true);

    assertThat(endings).isEmpty();
    assertThat(events).isEmpty();
  }
}
