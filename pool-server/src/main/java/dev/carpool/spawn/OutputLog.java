package dev.carpool.spawn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.google.common.collect.EvictingQueue;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import dev.carpool.log.LineSplitter;
import dev.carpool.log.Outlet;
import dev.carpool.log.Outlets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one process prints, line by line to its outlet, the last lines kept for a report. Lives on
 * the output loop; only {@link #lastLines} may be asked from elsewhere.
 */
final class OutputLog {

  private static final int KEPT_LINES = 50;

  /**
   * How much is still read of a process that has ended; a grandchild may go on printing for ever.
   */
  private static final int LAST_BYTES = 1 << 20;

  private final Descriptor pipe;
  private final EventLoop loop;
  private final MemorySegment buffer;
  private final EvictingQueue<String> kept = EvictingQueue.create(KEPT_LINES);
  private final LineSplitter splitter = new LineSplitter(this::say);
  private final Supplier<Outlet> opening;
  private final AtomicInteger adding = new AtomicInteger();
  private @Nullable Outlet outlet;
  private EventLoop.@Nullable Watch watch;

  /**
   * Begins to listen.
   *
   * @param file of the application's own; null for the server's log
   * @param outlets where the lines go
   * @param pipe the reading end, taken over
   * @param loop where to read it
   * @param buffer the loop's own, for the length of one read
   */
  OutputLog(
      String app,
      long pid,
      @Nullable Path file,
      Outlets outlets,
      Descriptor pipe,
      EventLoop loop,
      MemorySegment buffer)
      throws IOException {
    this.pipe = pipe;
    this.loop = loop;
    this.buffer = buffer;
    opening = () -> outlets.open(app, pid, file);
    pipe.nonBlocking();
    watch = loop.watch(pipe, Readiness.READABLE, readiness -> read());
    loop.execute(
        () -> {
          if (watch != null) {
            outlet(); // so that the file is there before anything was printed
          }
        });
  }

  /** Reads what is there now, and runs something after that. */
  void catchUp(Runnable then) {
    loop.execute(
        () -> {
          drain();
          then.run();
        });
  }

  /** Reads what is left, stops listening, and runs something after that. */
  void finish(Runnable then) {
    loop.execute(
        () -> {
          drain();
          end();
          then.run();
        });
  }

  /** Takes what the process has said in another way; drops it while too much waits to be logged. */
  void add(String text) {
    if (adding.addAndGet(text.length()) > LAST_BYTES) {
      adding.addAndGet(-text.length());
      return;
    }
    loop.execute(
        () -> {
          adding.addAndGet(-text.length());
          if (watch != null) {
            LineSplitter lines = new LineSplitter(this::say);
            lines.take(text.getBytes(StandardCharsets.UTF_8));
            lines.end();
            outlet().flush();
          }
        });
  }

  List<String> lastLines() {
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  private void drain() {
    int total = 0;
    while (total < LAST_BYTES) {
      int n = read();
      if (n <= 0) {
        return;
      }
      total += n;
    }
  }

  private int read() {
    if (watch == null) {
      return Descriptor.END;
    }
    int n;
    try {
      n = pipe.read(buffer);
    } catch (IOException e) {
      say("its output cannot be read: " + e.getMessage());
      n = Descriptor.END;
    }
    if (n == Descriptor.END) {
      end();
    } else if (n > 0) {
      splitter.take(buffer.asSlice(0, n).toArray(JAVA_BYTE));
      outlet().flush();
    }
    return n;
  }

  private void say(String line) {
    synchronized (kept) {
      kept.add(line);
    }
    outlet().say(line);
  }

  /** Opened on the loop, since opening a file may take a while. */
  private Outlet outlet() {
    if (outlet == null) {
      outlet = opening.get();
    }
    return outlet;
  }

  private void end() {
    if (watch != null) {
      splitter.end();
      outlet().close();
      watch.end();
      watch = null;
      pipe.close();
    }
  }
}
