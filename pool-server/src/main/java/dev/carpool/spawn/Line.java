package dev.carpool.spawn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.EventLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of the socket to one helper: frames out by any thread, frames in on the event
 * loop. spawn-helpers/CONTRACT.md has the bytes.
 */
final class Line implements Contact {

  static final char SERVE = 'S';
  static final char STOP = 'Q';
  static final char STEP = 'P';
  static final char READY = 'R';
  static final char FAILED = 'F';
  static final char DONE = 'D';

  /** To a preloader: fork a process with this line and this output. Answered by the same type. */
  static final char FORK = 'K';

  /** Of a preloader: it has loaded the application. */
  static final char LOADED = 'L';

  /** Of a preloader: a process that it forked has ended. */
  static final char EXITED = 'X';

  private static final int HEADER = 8;
  private static final int MAX_PAYLOAD = 65536;
  private static final ValueLayout.OfInt BIG_ENDIAN =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ThreadLocal<MemorySegment> OUTGOING =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(HEADER));
  private static final byte[] NOTHING = {};
  private static final long NO_SESSION = -1;

  private final Descriptor socket;
  private final Listener listener;

  /** The beginning of a frame whose rest has not come. */
  private byte[] pending = NOTHING;

  private boolean ended;
  private EventLoop.@Nullable Watch watch;

  /** The id of the last frame if that was a SERVE, else {@link #NO_SESSION}. */
  private volatile long lastServed = NO_SESSION;

  /** Takes over the socket. */
  Line(Descriptor socket, Listener listener) {
    this.socket = socket;
    this.listener = listener;
  }

  Descriptor socket() {
    return socket;
  }

  @Override
  public void open(HelperSpawner home) throws IOException {
    watch = home.watch(this);
  }

  @Override
  public void serve(int session, Descriptor connection) throws IOException {
    send(SERVE, session, connection);
  }

  @Override
  public void askToStop() throws IOException {
    send(STOP, 0, null);
  }

  @Override
  public Requests requests(long pid) {
    return Board.of(pid)::request;
  }

  private void hangUp() {
    if (watch != null) {
      watch.end();
      watch = null;
    }
  }

  @Override
  public void close(HelperSpawner home) {
    hangUp();
    home.readRest(this);
    socket.close();
  }

  /** Sends a frame without payload, and maybe a copy of a descriptor with it. */
  void send(char type, int id, @Nullable Descriptor passed) throws IOException {
    MemorySegment frame = frame(type, id);
    lastServed = type == SERVE ? Integer.toUnsignedLong(id) : NO_SESSION;
    int sent;
    try {
      sent = socket.send(frame, passed);
    } catch (IOException e) {
      lastServed = NO_SESSION;
      throw e;
    }
    if (sent != HEADER) {
      lastServed = NO_SESSION;
      throw new IOException("its line is full: it does not read");
    }
  }

  /** Asks a preloader for a process with the other ends of these, which stay the caller's. */
  void sendFork(int id, Ends ends) throws IOException {
    if (socket.send(frame(FORK, id), ends.line().theirs(), ends.output().writeEnd()) != HEADER) {
      throw new IOException("its line is full: it does not read");
    }
  }

  private static MemorySegment frame(char type, int id) {
    MemorySegment frame = OUTGOING.get();
    frame.set(BIG_ENDIAN, 0, type << 24);
    frame.set(BIG_ENDIAN, 4, id);
    return frame;
  }

  /**
   * Reads what is there and calls the listener for each whole frame.
   *
   * @param buffer the loop's own, for the length of this call
   * @return whether there was something, and may be more
   */
  boolean readable(MemorySegment buffer) {
    if (ended) {
      return false;
    }
    int n;
    try {
      n = socket.read(buffer);
    } catch (IOException e) {
      ended(e);
      return false;
    }
    if (n == Descriptor.END) {
      end("closed its line");
    } else if (n != Descriptor.WOULD_BLOCK) {
      MemorySegment bytes = buffer.asSlice(0, n);
      if (pending.length > 0) {
        byte[] joined = new byte[pending.length + n];
        System.arraycopy(pending, 0, joined, 0, pending.length);
        MemorySegment.copy(bytes, JAVA_BYTE, 0, joined, pending.length, n);
        bytes = MemorySegment.ofArray(joined);
        pending = NOTHING;
      }
      frames(bytes);
    }
    return n > 0;
  }

  /**
   * The kernel says "reset" instead of "end" if the helper has left something unread: at least the
   * last frame.
   */
  private void ended(IOException e) {
    long unread = lastServed;
    boolean reset = e instanceof ErrnoException reason && reason.errno() == Errno.ECONNRESET;
    if (unread != NO_SESSION && reset) {
      listener.onUnread((int) unread);
    }
    end("closed its line: " + e.getMessage());
  }

  private void frames(MemorySegment bytes) {
    long at = 0;
    while (!ended && bytes.byteSize() - at >= HEADER) {
      int first = bytes.get(BIG_ENDIAN, at);
      char type = (char) (first >>> 24);
      int length = first & 0xffffff;
      if (length > MAX_PAYLOAD || !known(type)) {
        byte[] head = bytes.asSlice(at, HEADER).toArray(JAVA_BYTE);
        end("wrote to its line what is no frame (" + printable(head) + ")");
        return;
      }
      if (bytes.byteSize() - at - HEADER < length) {
        break;
      }
      byte[] payload =
          length == 0 ? NOTHING : bytes.asSlice(at + HEADER, length).toArray(JAVA_BYTE);
      listener.onFrame(type, bytes.get(BIG_ENDIAN, at + 4), payload);
      at += HEADER + length;
    }
    if (!ended && at < bytes.byteSize()) {
      pending = bytes.asSlice(at).toArray(JAVA_BYTE);
    }
  }

  private static boolean known(char type) {
    return switch (type) {
      case STEP, READY, FAILED, DONE, FORK, LOADED, EXITED -> true;
      default -> false;
    };
  }

  private static String printable(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return '"' + text.replaceAll("[^\\x20-\\x7e]", "?") + '"';
  }

  private void end(String why) {
    ended = true;
    pending = NOTHING;
    hangUp();
    listener.onEnd(why);
  }
}
