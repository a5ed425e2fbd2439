package dev.carpool.channel;

import com.google.protobuf.Parser;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.Readiness;
import dev.carpool.wire.FrameDecoder;
import dev.carpool.wire.MalformedFrameException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The receiving side of a channel, confined to its reading thread but for {@link #close}. */
final class Inbox<I> {

  private static final int CHUNK = 4096;

  private final Descriptor socket;
  private final boolean takesDescriptors;
  private final Duration frameTimeout;
  private final FrameDecoder<I> decoder;
  private final MemorySegment chunk = Arena.ofAuto().allocate(CHUNK);
  private final ByteBuffer arrived = chunk.asByteBuffer();

  // Guarded by this.
  private final Deque<Descriptor> descriptors = new ArrayDeque<>();
  private boolean closed;

  Inbox(Descriptor socket, Parser<I> parser, boolean takesDescriptors, Duration frameTimeout) {
    this.socket = socket;
    this.takesDescriptors = takesDescriptors;
    this.frameTimeout = frameTimeout;
    this.decoder = new FrameDecoder<>(parser);
  }

  /**
   * The next message, or null at the end of the stream.
   *
   * @param within until its first byte must have come; null to wait for ever
   */
  @Nullable I next(@Nullable Duration within) throws IOException {
    I message = decoder.next();
    if (message != null) {
      return message;
    }
    if (!decoder.insideFrame()) {
      if (within != null && socket.await(Readiness.READABLE, within) == 0) {
        throw new MalformedFrameException("no message came within " + words(within));
      }
      if (!fill()) {
        return null;
      }
      message = decoder.next(); // nearly always there: one read, one message
    }
    return message != null ? message : rest();
  }

  /** The rest of a frame of which the beginning is there. */
  private @Nullable I rest() throws IOException {
    long deadline = System.nanoTime() + frameTimeout.toNanos();
    while (true) {
      long left = deadline - System.nanoTime();
      if (left <= 0 || socket.await(Readiness.READABLE, Duration.ofNanos(left)) == 0) {
        throw new MalformedFrameException(
            "half a frame: %d bytes, and the rest did not come within %s"
                .formatted(decoder.pending(), words(frameTimeout)));
      }
      if (!fill()) {
        throw new MalformedFrameException(
            "half a frame: the stream ended after %d bytes of it".formatted(decoder.pending()));
      }
      I message = decoder.next();
      if (message != null) {
        return message;
      }
    }
  }

  /** Waits for bytes. Returns false at the end of the stream, however that came about. */
  private boolean fill() throws IOException {
    try {
      int n = read();
      while (n == Descriptor.WOULD_BLOCK) {
        socket.await(Readiness.READABLE, null);
        n = read();
      }
      if (n == Descriptor.END) {
        return false;
      }
      decoder.add(arrived.clear().limit(n));
      return true;
    } catch (ClosedChannelException e) {
      return false;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ECONNRESET) {
        return false; // it closed without reading what we had sent
      }
      throw e;
    }
  }

  private int read() throws IOException {
    if (!takesDescriptors) {
      return socket.read(chunk); // with read(2) the kernel drops descriptors
    }
    Descriptor.Received received = socket.receive(chunk);
    if (received.descriptor() != null) {
      keep(received.descriptor());
    }
    return received.length();
  }

  private synchronized void keep(Descriptor descriptor) {
    if (closed) {
      descriptor.close();
    } else {
      descriptors.add(descriptor);
    }
  }

  synchronized @Nullable Descriptor takeDescriptor() {
    return descriptors.poll();
  }

  synchronized void close() {
    closed = true;
    descriptors.forEach(Descriptor::close);
    descriptors.clear();
  }

  private static String words(Duration time) {
    return time.toMillis() % 1000 == 0
        ? time.toSeconds() + " seconds"
        : time.toMillis() + " milliseconds";
  }
}
