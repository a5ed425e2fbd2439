package dev.carpool.spawn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.google.common.collect.EvictingQueue;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one process prints, line by line in the log, the last lines kept for a report. Lives on the
 * output loop; only {@link #lastLines} may be asked from elsewhere.
 */
final class OutputLog {

  private static final int KEPT_LINES = 50;
  private static final int MAX_LINE = 8192;

  /**
   * How much is still read of a process that has ended; a grandchild may go on printing for ever.
   */
  private static final int LAST_BYTES = 1 << 20;

  private final Logger log;
  private final Descriptor pipe;
  private final EventLoop loop;
  private final MemorySegment buffer;
  private final EvictingQueue<String> kept = EvictingQueue.create(KEPT_LINES);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private EventLoop.@Nullable Watch watch;
  private long cut;
  private long pid;

  /**
   * Begins to listen.
   *
   * @param pipe the reading end, taken over
   * @param loop where to read it
   * @param buffer the loop's own, for the length of one read
   */
  OutputLog(String app, long pid, Descriptor pipe, EventLoop loop, MemorySegment buffer)
      throws IOException {
    this.log = LoggerFactory.getLogger("app." + app);
    this.pid = pid;
    this.pipe = pipe;
    this.loop = loop;
    this.buffer = buffer;
    pipe.nonBlocking();
    watch = loop.watch(pipe, Readiness.READABLE, readiness -> read());
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
      log.warn("[{}] its output cannot be read: {}", pid, e.getMessage());
      n = Descriptor.END;
    }
    if (n == Descriptor.END) {
      end();
    } else if (n > 0) {
      split(buffer.asSlice(0, n).toArray(JAVA_BYTE));
    }
    return n;
  }

  private void split(byte[] bytes) {
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        append(bytes, start, i - start);
        endOfLine();
        start = i + 1;
      }
    }
    append(bytes, start, bytes.length - start);
  }

  private void append(byte[] bytes, int from, int length) {
    int room = Math.min(length, MAX_LINE - line.size());
    line.write(bytes, from, room);
    cut += length - room;
  }

  private void endOfLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (cut > 0) {
      text += " ... (" + cut + " bytes more were cut)";
      cut = 0;
    }
    synchronized (kept) {
      kept.add(text);
    }
    log.info("[{}] {}", pid, text);
  }

  private void end() {
    if (watch != null) {
      if (line.size() > 0) {
        endOfLine();
      }
      watch.end();
      watch = null;
      pipe.close();
    }
  }
}
