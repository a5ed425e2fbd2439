package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A thread's own native memory for the arguments of system calls: errno, one {@code msghdr} with
 * one {@code iovec} and room for two passed descriptors.
 */
final class Scratch {

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private static final int EAGAIN = 11;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  /** CMSG_SPACE of one int, and of two. */
  private static final int CONTROL_SPACE = 24;

  /** CMSG_LEN of one int. */
  private static final int CONTROL_LENGTH = 20;

  final MemorySegment errno;
  final MemorySegment message;
  final MemorySegment ints;
  private final MemorySegment vector;
  private final MemorySegment control;

  private Scratch() {
    Arena arena = Arena.ofAuto(); // goes with the thread
    errno = arena.allocate(Syscall.ERRNO);
    message = arena.allocate(56, 8);
    vector = arena.allocate(16, 8);
    control = arena.allocate(CONTROL_SPACE, 8);
    ints = arena.allocate(16, 8);
    message.set(ADDRESS, 16, vector);
    message.set(JAVA_LONG, 24, 1);
  }

  static Scratch get() {
    return OF_THREAD.get();
  }

  int errno() {
    return errno.get(JAVA_INT, 0);
  }

  /** {@link Descriptor#WOULD_BLOCK} if that is why the last call failed, else its failure. */
  int failed(String call) throws ErrnoException {
    int errno = errno();
    if (errno == EAGAIN) {
      return Descriptor.WOULD_BLOCK;
    }
    throw new ErrnoException(call, errno);
  }

  /** A message of these bytes, with each of the descriptors unless it is negative. */
  MemorySegment outgoing(MemorySegment bytes, int descriptor, int second) {
    vector.set(ADDRESS, 0, bytes);
    vector.set(JAVA_LONG, 8, bytes.byteSize());
    if (descriptor >= 0) {
      control.set(JAVA_LONG, 0, second < 0 ? CONTROL_LENGTH : CONTROL_LENGTH + Integer.BYTES);
      control.set(JAVA_INT, 8, SOL_SOCKET);
      control.set(JAVA_INT, 12, SCM_RIGHTS);
      control.set(JAVA_INT, 16, descriptor);
      control.set(JAVA_INT, 20, second);
      message.set(ADDRESS, 32, control);
      message.set(JAVA_LONG, 40, CONTROL_SPACE);
    } else {
      message.set(ADDRESS, 32, MemorySegment.NULL);
      message.set(JAVA_LONG, 40, 0);
    }
    message.set(JAVA_INT, 48, 0);
    return message;
  }

  /**
   * A message to receive into these bytes, with room for one descriptor: CMSG_LEN and not
   * CMSG_SPACE, whose padding would take a second one that nobody looks for.
   */
  MemorySegment incoming(MemorySegment bytes) {
    vector.set(ADDRESS, 0, bytes);
    vector.set(JAVA_LONG, 8, bytes.byteSize());
    control.set(JAVA_LONG, 0, 0);
    message.set(ADDRESS, 32, control);
    message.set(JAVA_LONG, 40, CONTROL_LENGTH);
    message.set(JAVA_INT, 48, 0);
    return message;
  }

  /** The descriptor that came with the last received message, or -1. */
  int receivedDescriptor() {
    boolean came =
        message.get(JAVA_LONG, 40) >= CONTROL_LENGTH
            && control.get(JAVA_LONG, 0) == CONTROL_LENGTH
            && control.get(JAVA_INT, 8) == SOL_SOCKET
            && control.get(JAVA_INT, 12) == SCM_RIGHTS;
    return came ? control.get(JAVA_INT, 16) : -1;
  }
}
