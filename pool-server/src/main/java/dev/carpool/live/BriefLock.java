package dev.carpool.live;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is held for about a microsecond, so a thread that finds it taken does better to look
 * again for a moment than to be put to sleep and woken.
 */
final class BriefLock {

  private static final int SPINS = 100;

  private final ReentrantLock lock = new ReentrantLock();

  void enter() {
    for (int i = 0; i < SPINS; i++) {
      if (lock.tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    lock.lock();
  }

  void leave() {
    lock.unlock();
  }
}
