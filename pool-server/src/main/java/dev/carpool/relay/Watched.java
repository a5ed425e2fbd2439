package dev.carpool.relay;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor, and what is waited for on it. Where that is nothing, hang-ups are noticed after a
 * while: most exchanges are over by then, and it is two system calls less.
 */
final class Watched {

  private static final Duration UNWATCHED = Duration.ofMillis(50);

  final Descriptor descriptor;
  private final EventLoop loop;
  private final EventLoop.Handler handler;
  private EventLoop.@Nullable Watch watch;
  private EventLoop.@Nullable Timer later;
  private int interest;
  private boolean ended;

  Watched(Descriptor descriptor, EventLoop loop, EventLoop.Handler handler) {
    this.descriptor = descriptor;
    this.loop = loop;
    this.handler = handler;
  }

  /** Whether it was ended: then whoever wants to know looks. */
  boolean isEnded() {
    return ended;
  }

  /** Waits for this from now on. No effect once it was ended. */
  void interest(int wanted) throws IOException {
    if (ended || (wanted == interest && (watch != null || later != null))) {
      return;
    }
    interest = wanted;
    if (watch != null) {
      watch.interest(wanted);
    } else if (wanted != 0) {
      watch();
    } else {
      later = loop.later(UNWATCHED, this::watchAtLast);
    }
  }

  private void watch() throws IOException {
    cancel();
    watch = loop.watch(descriptor, interest, handler);
  }

  private void watchAtLast() {
    later = null;
    try {
      if (!ended && watch == null) {
        watch();
      }
    } catch (IOException e) {
      handler.ready(Readiness.ERROR);
    }
  }

  void close() {
    end();
    descriptor.close();
  }

  void end() {
    ended = true;
    cancel();
    if (watch != null) {
      watch.end();
      watch = null;
    }
  }

  private void cancel() {
    if (later != null) {
      later.cancel();
      later = null;
    }
  }
}
