package dev.carpool.spawn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.EventLoop;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of the socket to one helper: frames out by any thread, frames in on the event
 * loop. spawn-helpers/CONTRACT.md has the bytes.
 */
final class Line implements Contact {

  static final char SERVE = 'S';
  static final char STOP = 'Q';
  static final char STEP = 'P';

  /** No connection will come any more. Only to those who keep some open for another request. */
  static final char DRAIN = 'T';

  static final char READY = 'R';
  static final char FAILED = 'F';
  static final char DONE = 'D';

  /** To a preloader: fork a process with this line and this output. Answered by the same type. */
  static final char FORK = 'K';

  /** Of a preloader: it has loaded the application. */
  static final char LOADED = 'L';

  /** Of a preloader: a process that it forked has ended. */
  static final char EXITED = 'X';

  /** The response is about to be written, said by one that cannot mark the connection. */
  static final char ANSWERING = 'A';

  private static final byte[] NOTHING = {};
  private static final long NO_SESSION = -1;

  private final Descriptor socket;
  private final Frames frames;
  private final Listener listener;

  /** The beginning of a frame whose rest has not come. */
  private byte[] pending = NOTHING;

  private boolean ended;
  private EventLoop.@Nullable Watch watch;

  /** The id of the last frame if that was a SERVE, else {@link #NO_SESSION}. */
  private volatile long lastServed = NO_SESSION;

  /** Takes over the socket. */
  Line(Descriptor socket, Frames frames, Listener listener) {
    this.socket = socket;
    this.frames = frames;
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
  public void drain() throws IOException {
    if (frames.keepConnections()) {
      send(DRAIN, 0, null);
    }
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
    MemorySegment frame = frames.outgoing(type, id);
    synchronized (frames) {
      lastServed = type == SERVE ? Integer.toUnsignedLong(id) : NO_SESSION;
      boolean whole = false;
      frames.sending(type, id); // first: the answer may come in another thread at once
      try {
        whole = socket.send(frame, passed) == frame.byteSize();
      } finally {
        if (!whole) {
          lastServed = NO_SESSION;
          frames.notSent(type, id);
        }
      }
      if (!whole) {
        throw new IOException("its line is full: it does not read");
      }
    }
  }

  /** Asks a preloader for a process with the other ends of these, which stay the caller's. */
  void sendFork(int id, Ends ends) throws IOException {
    MemorySegment frame = frames.outgoing(FORK, id);
    if (socket.send(frame, ends.line().theirs(), ends.output().writeEnd()) != frame.byteSize()) {
      throw new IOException("its line is full: it does not read");
    }
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
    try {
      long taken = frames.incoming(bytes, listener);
      if (taken < bytes.byteSize()) {
        pending = bytes.asSlice(taken).toArray(JAVA_BYTE);
      }
    } catch (Frames.NoFrameException e) {
      end("wrote to its line what is no frame (" + e.getMessage() + ")");
    }
  }

  private void end(String why) {
    ended = true;
    pending = NOTHING;
    hangUp();
    listener.onEnd(why);
  }
}
