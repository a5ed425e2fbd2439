package dev.carpool.spawn;

import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Signals;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a process is ended: each rung is tried when the one before has not helped in time.
 *
 * <ol>
 *   <li>It is asked to stop, by STOP on its line: it finishes and exits.
 *   <li>SIGTERM to its group.
 *   <li>SIGKILL to its group.
 * </ol>
 *
 * <p>Runs on the event loop. By force it begins at the second rung.
 */
final class StoppingLadder {

  private static final Logger LOG = LoggerFactory.getLogger(StoppingLadder.class);
  private static final Duration AFTER_STOP = Duration.ofSeconds(5);
  private static final Duration AFTER_TERM = Duration.ofSeconds(5);
  private static final Duration AFTER_TERM_BY_FORCE = Duration.ofSeconds(1);

  /** Runs something on the event loop later. */
  interface Clock {
    EventLoop.Timer after(Duration delay, Runnable task);
  }

  private final String name;
  private final long pid;
  private final Contact contact;
  private final Clock clock;
  private int rung;
  private EventLoop.@Nullable Timer next;

  StoppingLadder(String name, long pid, Contact contact, Clock clock) {
    this.name = name;
    this.pid = pid;
    this.contact = contact;
    this.clock = clock;
  }

  boolean begun() {
    return rung > 0;
  }

  void begin(boolean force) {
    if (force && rung < 2) {
      cancelNext();
      terminate(AFTER_TERM_BY_FORCE);
    } else if (rung == 0) {
      askToStop();
    }
  }

  /** The process has ended. What it left behind in its group ends too. */
  void end() {
    cancelNext();
    rung = 3;
    toGroup(Signals.KILL);
  }

  private void askToStop() {
    rung = 1;
    try {
      contact.askToStop();
      next = clock.after(AFTER_STOP, this::hasNotStopped);
    } catch (IOException e) {
      LOG.debug("{} cannot be asked to stop ({}): SIGTERM", name, e.getMessage());
      terminate(AFTER_TERM);
    }
  }

  private void hasNotStopped() {
    LOG.info("{} has not stopped in {} s: SIGTERM", name, AFTER_STOP.toSeconds());
    terminate(AFTER_TERM);
  }

  private void terminate(Duration patience) {
    rung = 2;
    signal(Signals.TERM);
    next = clock.after(patience, this::kill);
  }

  private void kill() {
    LOG.warn("{} does not end on SIGTERM: SIGKILL", name);
    rung = 3;
    signal(Signals.KILL);
  }

  private void signal(int signal) {
    if (!toGroup(signal)) {
      try {
        Signals.send(pid, signal); // it has not made its own session and group yet
      } catch (IOException e) {
        LOG.warn("{} cannot be sent signal {}: {}", name, signal, e.getMessage());
      }
    }
  }

  private boolean toGroup(int signal) {
    try {
      return Signals.sendToGroup(pid, signal);
    } catch (IOException e) {
      LOG.warn("the group of {} cannot be sent signal {}: {}", name, signal, e.getMessage());
      return true;
    }
  }

  private void cancelNext() {
    if (next != null) {
      next.cancel();
      next = null;
    }
  }
}
