package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An open file descriptor and its ownership: whoever holds this object closes it, exactly once.
 *
 * <p>Safe in any thread. Closing while another thread is inside a call wakes that call (of a
 * socket) and closes the number only when nobody uses it any more, so that a number given out again
 * by the kernel is never hit by accident.
 */
public final class Descriptor implements AutoCloseable {

  /** What {@link #read}, {@link #write} and their kin return when the call would have to wait. */
  public static final int WOULD_BLOCK = -2;

  /** What {@link #read} and {@link #receive} return at the end of the stream. */
  public static final int END = -1;

  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int CLOSED = Integer.MIN_VALUE;

  private final int number;

  /** How many threads are inside a call, plus {@link #CLOSED} once nobody may enter. */
  private final AtomicInteger users = new AtomicInteger();

  private Descriptor(int number) {
    this.number = number;
  }

  /** Takes over the ownership of an open descriptor. */
  public static Descriptor adopt(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("not a descriptor: " + number);
    }
    return new Descriptor(number);
  }

  /** The number, for as long as the caller knows this to be open. */
  public int number() {
    return number;
  }

  public boolean isOpen() {
    return users.get() >= 0;
  }

  /**
   * Reads what is there, waiting for it if the descriptor is blocking.
   *
   * @return how many bytes, {@link #END}, or {@link #WOULD_BLOCK}
   */
  public int read(MemorySegment into) throws IOException {
    Scratch scratch = Scratch.get();
    enter();
    try {
      int n = Syscall.READ.call(scratch, number, Syscall.at(into), into.byteSize());
      return n > 0 ? n : n == 0 ? END : scratch.failed("read");
    } finally {
      leave();
      Reference.reachabilityFence(into);
    }
  }

  /** Writes some of these bytes. Returns how many, or {@link #WOULD_BLOCK}. */
  public int write(MemorySegment bytes) throws IOException {
    Scratch scratch = Scratch.get();
    enter();
    try {
      int n = Syscall.WRITE.call(scratch, number, Syscall.at(bytes), bytes.byteSize());
      return n >= 0 ? n : scratch.failed("write");
    } finally {
      leave();
      Reference.reachabilityFence(bytes);
    }
  }

  /** Writes all of these bytes to a blocking descriptor. */
  public void writeFully(MemorySegment bytes) throws IOException {
    long done = 0;
    while (done < bytes.byteSize()) {
      int n = write(bytes.asSlice(done));
      if (n == WOULD_BLOCK) {
        throw new ErrnoException("write", Errno.EAGAIN);
      }
      done += n;
    }
  }

  /**
   * Sends bytes to a socket without waiting, and with the first of them a copy of a descriptor.
   *
   * @param passed stays the caller's; the receiver gets a descriptor of its own for the same thing
   * @return how many bytes went, with the descriptor if any went; or {@link #WOULD_BLOCK}
   */
  public int send(MemorySegment bytes, @Nullable Descriptor passed) throws IOException {
    Scratch scratch = Scratch.get();
    enter();
    try {
      if (passed == null) {
        return sendmsg(scratch, scratch.outgoing(bytes, -1, -1));
      }
      passed.enter();
      try {
        return sendmsg(scratch, scratch.outgoing(bytes, passed.number, -1));
      } finally {
        passed.leave();
      }
    } finally {
      leave();
      Reference.reachabilityFence(bytes);
    }
  }

  /** Like {@link #send(MemorySegment, Descriptor)} with copies of two descriptors. */
  public int send(MemorySegment bytes, Descriptor first, Descriptor second) throws IOException {
    Scratch scratch = Scratch.get();
    enter();
    first.enter();
    second.enter();
    try {
      return sendmsg(scratch, scratch.outgoing(bytes, first.number, second.number));
    } finally {
      second.leave();
      first.leave();
      leave();
      Reference.reachabilityFence(bytes);
    }
  }

  private int sendmsg(Scratch scratch, MemorySegment message) throws IOException {
    int n = Syscall.SENDMSG.call(scratch, number, Syscall.at(message), MSG_DONTWAIT | MSG_NOSIGNAL);
    return n >= 0 ? n : scratch.failed("sendmsg");
  }

  /** Bytes from a socket, and the descriptor that came with them, owned by the caller. */
  public record Received(int length, @Nullable Descriptor descriptor) {}

  /**
   * Receives bytes and at most one descriptor, waiting for them if the socket is blocking.
   *
   * <p>For peers that are trusted: one that sends more than one descriptor at once loses the
   * others.
   */
  public Received receive(MemorySegment into) throws IOException {
    return receive(into, 0);
  }

  /** Like {@link #receive} without waiting, for a socket from which others take as well. */
  public Received receiveNow(MemorySegment into) throws IOException {
    return receive(into, MSG_DONTWAIT);
  }

  private Received receive(MemorySegment into, int flags) throws IOException {
    Scratch scratch = Scratch.get();
    enter();
    try {
      long message = Syscall.at(scratch.incoming(into));
      int n = Syscall.RECVMSG.call(scratch, number, message, MSG_CMSG_CLOEXEC | flags);
      if (n < 0) {
        return new Received(scratch.failed("recvmsg"), null);
      }
      int came = scratch.receivedDescriptor();
      return new Received(n == 0 ? END : n, came < 0 ? null : adopt(came));
    } finally {
      leave();
      Reference.reachabilityFence(into);
    }
  }

  /**
   * Waits until one of these {@link Readiness} bits is true, or the time is over.
   *
   * @param timeout null to wait for ever
   * @return the bits that are true, 0 when the time was over
   */
  public int await(int interest, @Nullable Duration timeout) throws IOException {
    Scratch scratch = Scratch.get();
    long deadline = timeout == null ? 0 : System.nanoTime() + timeout.toNanos();
    enter();
    try {
      while (true) {
        int bits = poll(scratch, interest, timeout == null ? -1 : millisUntil(deadline));
        if (bits >= 0) {
          return bits;
        }
      }
    } finally {
      leave();
    }
  }

  /** Which of these {@link Readiness} bits, or hang-ups and errors, are true right now. */
  public int ready(int interest) throws IOException {
    Scratch scratch = Scratch.get();
    enter();
    try {
      int bits = poll(scratch, interest, 0);
      while (bits < 0) {
        bits = poll(scratch, interest, 0);
      }
      return bits;
    } finally {
      leave();
    }
  }

  /** The bits that are true, 0 when the time was over, negative when a signal came between. */
  private int poll(Scratch scratch, int interest, int millis) throws IOException {
    scratch.ints.set(JAVA_INT, 0, number);
    scratch.ints.set(JAVA_SHORT, 4, (short) interest);
    scratch.ints.set(JAVA_SHORT, 6, (short) 0);
    int n = Syscall.POLL.once(scratch, Syscall.at(scratch.ints), 1, millis, 0, 0);
    if (n >= 0) {
      return n == 0 ? 0 : scratch.ints.get(JAVA_SHORT, 6);
    }
    if (!Errno.EINTR.is(scratch.errno())) {
      throw new ErrnoException("poll", scratch.errno());
    }
    return n;
  }

  /**
   * The priority of a socket (SO_PRIORITY), 0 unless somebody changed it: a mark that all who hold
   * the socket see, and that outlives whoever set it.
   */
  public int priority() throws IOException {
    enter();
    try {
      return SocketOptions.get(number, SocketOptions.PRIORITY);
    } finally {
      leave();
    }
  }

  private static int millisUntil(long deadline) {
    long left = deadline - System.nanoTime();
    return left <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000);
  }

  /** Says to the peer of a socket that no more bytes will come. */
  public void shutdownOutput() throws IOException {
    shutdown(1);
  }

  /** Ends both directions of a socket for everybody who holds it, and wakes whoever waits on it. */
  public void shutdown() throws IOException {
    shutdown(2);
  }

  private void shutdown(int how) throws IOException {
    enter();
    try {
      shutdownQuietly(how);
    } finally {
      leave();
    }
  }

  private void shutdownQuietly(int how) {
    int _ = Syscall.SHUTDOWN.call(Scratch.get(), number, how);
  }

  /** Makes reads and writes return {@link #WOULD_BLOCK} instead of waiting. */
  public Descriptor nonBlocking() throws IOException {
    FileFlags.setNonBlocking(number);
    return this;
  }

  /** Gives the ownership away: from now on this object is closed, but the number is open. */
  public int release() {
    if (!users.compareAndSet(0, CLOSED)) {
      throw new IllegalStateException("descriptor " + number + " is closed or in use");
    }
    return number;
  }

  @Override
  public void close() {
    while (true) {
      int now = users.get();
      if (now < 0) {
        return;
      }
      if (now == 0) {
        if (users.compareAndSet(0, CLOSED)) {
          closeNumber();
          return;
        }
      } else if (users.compareAndSet(now, now + 1 + CLOSED)) {
        shutdownQuietly(2); // counted as inside, since the number must still be ours here
        leave(); // the last one out closes the number
        return;
      }
    }
  }

  void enter() throws ClosedChannelException {
    while (true) {
      int now = users.get();
      if (now < 0) {
        throw new ClosedChannelException();
      }
      if (users.compareAndSet(now, now + 1)) {
        return;
      }
    }
  }

  void leave() {
    if (users.decrementAndGet() == CLOSED) {
      closeNumber();
    }
  }

  private void closeNumber() {
    // Once: after a signal the number is closed all the same, and may be somebody else's.
    int _ = Syscall.CLOSE.once(Scratch.get(), number, 0, 0, 0, 0);
  }

  @Override
  public String toString() {
    return "fd " + number + (isOpen() ? "" : " (closed)");
  }
}
