package dev.carpool.channel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of a channel: what does not fit into the socket at once is kept in order and
 * sent when there is room, by the event loop, or without a loop by the sender who waits for that.
 */
final class Outbox {

  static final int MAX_MESSAGES = 4096;
  static final long MAX_BYTES = 4 << 20;

  /** How long a sender without an event loop waits for room. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int CHUNK = 4096;

  private final Descriptor socket;
  private final @Nullable EventLoop loop;
  private final Consumer<String> onBroken;

  // Guarded by the lock, which is held over calls that do not wait; without a loop, over poll(2).
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Unsent> queue = new ArrayDeque<>();
  private @Nullable MemorySegment chunk;
  private long queuedBytes;
  private EventLoop.@Nullable Watch watch;
  private boolean closed;

  /** What is left of a frame, and the descriptor for as long as that has not gone. */
  private static final class Unsent {
    private final byte[] frame;
    private int sent;
    private final @Nullable Descriptor passed;

    private Unsent(byte[] frame, @Nullable Descriptor passed) {
      this.frame = frame;
      this.passed = passed;
    }

    /** The descriptor that still has to go: it does with the first byte. */
    private @Nullable Descriptor toPass() {
      return sent == 0 ? passed : null;
    }

    private void closePassed() {
      if (passed != null) {
        passed.close();
      }
    }
  }

  /**
   * @param loop null if senders wait for room themselves
   * @param onBroken told why when the loop finds that the channel has to be closed
   */
  Outbox(Descriptor socket, @Nullable EventLoop loop, Consumer<String> onBroken) {
    this.socket = socket;
    this.loop = loop;
    this.onBroken = onBroken;
  }

  boolean waits() {
    return loop == null;
  }

  /**
   * Sends or queues a frame.
   *
   * @param passed owned by the outbox from here on, whatever happens
   * @return whether the outbox was open
   * @throws IOException if the channel has to be closed, and why
   */
  boolean send(byte[] frame, @Nullable Descriptor passed) throws IOException {
    Unsent unsent = new Unsent(frame, passed);
    boolean kept = false;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      if (!queue.isEmpty() || !transmit(unsent)) {
        enqueue(unsent);
        kept = true;
      }
      return true;
    } finally {
      lock.unlock();
      if (!kept) {
        unsent.closePassed(); // outside, since the peer may have its answer and ask again
      }
    }
  }

  /** Sends what there is room for. Returns whether all of the frame went. */
  private boolean transmit(Unsent unsent) throws IOException {
    MemorySegment native4k = chunk();
    while (unsent.sent < unsent.frame.length) {
      int size = Math.min(unsent.frame.length - unsent.sent, CHUNK);
      MemorySegment.copy(unsent.frame, unsent.sent, native4k, JAVA_BYTE, 0, size);
      int n = socket.send(native4k.asSlice(0, size), unsent.toPass());
      if (n == Descriptor.WOULD_BLOCK) {
        if (!waits()) {
          return false;
        }
        if (socket.await(Readiness.WRITABLE, PATIENCE) == 0) {
          throw new IOException(
              "the peer has read nothing for " + PATIENCE.toSeconds() + " seconds");
        }
      } else {
        unsent.sent += n;
      }
    }
    return true;
  }

  private MemorySegment chunk() {
    if (chunk == null) {
      chunk = Arena.ofAuto().allocate(CHUNK);
    }
    return chunk;
  }

  private void enqueue(Unsent unsent) throws IOException {
    if (queue.size() >= MAX_MESSAGES || queuedBytes + unsent.frame.length > MAX_BYTES) {
      throw new IOException(
          "the peer does not read: %d messages (%d bytes) wait for it"
              .formatted(queue.size(), queuedBytes));
    }
    queue.add(unsent);
    queuedBytes += unsent.frame.length;
    if (watch == null && loop != null) {
      watch = loop.watch(socket, Readiness.WRITABLE, ready -> flush());
    }
  }

  private void flush() {
    String broken = null;
    lock.lock();
    try {
      while (!queue.isEmpty() && transmit(queue.getFirst())) {
        Unsent sent = queue.removeFirst();
        queuedBytes -= sent.frame.length;
        sent.closePassed();
      }
      if (queue.isEmpty()) {
        endWatch();
      }
    } catch (IOException e) {
      broken = MessageChannel.reason(e);
    } finally {
      lock.unlock();
    }
    if (broken != null) {
      onBroken.accept(broken);
    }
  }

  private void endWatch() {
    if (watch != null) {
      watch.end();
      watch = null;
    }
  }

  /** Drops what has not been sent. */
  void close() {
    lock.lock();
    try {
      closed = true;
      endWatch();
      queue.forEach(Unsent::closePassed);
      queue.clear();
    } finally {
      lock.unlock();
    }
  }
}
