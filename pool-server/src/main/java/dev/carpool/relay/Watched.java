package dev.carpool.relay;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A descriptor, and what is waited for on it: hang-ups and errors always. */
final class Watched {

  final Descriptor descriptor;
  private EventLoop.@Nullable Watch watch;
  private int interest;

  Watched(Descriptor descriptor, EventLoop loop, EventLoop.Handler handler) throws IOException {
    this.descriptor = descriptor;
    watch = loop.watch(descriptor, 0, handler);
  }

  boolean isWatched() {
    return watch != null;
  }

  /** No effect once it is not watched any more. */
  void interest(int wanted) throws IOException {
    if (watch != null && wanted != interest) {
      interest = wanted;
      watch.interest(wanted);
    }
  }

  void close() {
    end();
    descriptor.close();
  }

  void end() {
    if (watch != null) {
      watch.end();
      watch = null;
    }
  }
}
