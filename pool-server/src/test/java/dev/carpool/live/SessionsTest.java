package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.descriptor.SocketPair;
import dev.carpool.pool.PoolEvent;
import dev.carpool.pool.SessionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The line carries the lowest 32 bits of a session's number, and 2^32 sessions are no fiction. */
final class SessionsTest {

  private static final long PROCESS = 7;

  private final List<PoolEvent> events = new ArrayList<>();
  private final Sessions sessions = new Sessions(events::add);

  private LiveSession open(long number) throws IOException {
    try (SocketPair pair = SocketPair.open()) {
      return sessions.open(new SessionId(number), PROCESS, 4711, pair.ours());
    }
  }

  @Test
  void aNumberBeyond32BitsIsFoundByItsLowest() throws IOException {
    open((1L << 32) + 5);
    sessions.done(PROCESS, 5, true);

    assertThat(events).containsExactly(new PoolEvent.Done(new SessionId((1L << 32) + 5)));
  }

  @Test
  void theLastBeforeTheWrapIsFoundAfterIt() throws IOException {
    LiveSession old = open((1L << 32) - 1);
    open((1L << 32) + 1);
    sessions.done(PROCESS, -1, true);

    assertThat(old.ending()).isCompletedWithValue(LiveSession.Ending.COMPLETE);
    assertThat(events).containsExactly(new PoolEvent.Done(new SessionId((1L << 32) - 1)));
  }

  @Test
  void theHighestHalfOf32BitsIsNoNegativeNumber() throws IOException {
    open(0x80000001L);
    sessions.done(PROCESS, 0x80000001, false);

    assertThat(events).containsExactly(new PoolEvent.Done(new SessionId(0x80000001L)));
  }

  @Test
  void whatWasNeverOpenIsNotPassedOn() throws IOException {
    open(1);
    sessions.done(PROCESS, 2, true);
    sessions.done(PROCESS + 1, 1, true);

    assertThat(events).isEmpty();
  }

  @Test
  void anAbandonedSessionCannotBeDone() throws IOException {
    LiveSession session = open(1);
    sessions.abandon(session);
    sessions.done(PROCESS, 1, true);

    assertThat(session.descriptor().isOpen()).isFalse();
    assertThat(events).isEmpty();
  }
}
