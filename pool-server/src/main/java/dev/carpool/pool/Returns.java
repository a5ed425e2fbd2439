package dev.carpool.pool;

import com.google.common.base.Verify;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Places that are about to be free: the holder has closed the session, and the process has a moment
 * to say that it is done. So a client that closes one session and asks for another gets the same
 * process, instead of causing a start.
 */
final class Returns {

  /** How long a place is expected to be free at once. */
  static final long GRACE = TimeUnit.MILLISECONDS.toNanos(25);

  /** In the order of their time; those that have been forgotten meanwhile are skipped. */
  private final ArrayDeque<PooledSession> expected = new ArrayDeque<>();

  /** Expects the place of a session that its holder closed. */
  void expect(PooledSession session, long now) {
    session.returning = true;
    session.returningUntil = now + GRACE;
    session.process.app.returning++;
    expected.add(session);
  }

  /** Stops expecting it: the place is free, or it will not be used again. */
  void forget(PooledSession session) {
    if (session.returning) {
      session.returning = false;
      session.process.app.returning--;
    }
  }

  /** Stops expecting those whose moment is over. */
  void expire(long now) {
    PooledSession first = expected.peek();
    while (first != null && (!first.returning || first.returningUntil <= now)) {
      forget(first);
      expected.remove();
      first = expected.peek();
    }
  }

  /** When the next moment is over; {@link Long#MAX_VALUE} if none is waited for. */
  long next() {
    PooledSession first = expected.peek();
    return first == null ? Long.MAX_VALUE : first.returningUntil;
  }

  void verify() {
    long last = Long.MIN_VALUE;
    for (PooledSession session : expected) {
      Verify.verify(session.returningUntil >= last, "%s is out of order", session.id);
      last = session.returningUntil;
    }
  }
}
