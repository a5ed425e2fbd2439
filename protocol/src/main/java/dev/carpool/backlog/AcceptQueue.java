package dev.carpool.backlog;

/**
 * The queue of one listening socket at one instant: connections that the kernel has made, and that
 * nobody has accepted yet.
 *
 * <p>The kernel takes one connection more than the limit, on Unix sockets and on TCP: it refuses
 * when the queue is longer than the limit. So a limit of 2 is full with 3.
 *
 * @param address where it listens; several sockets may have the same one
 * @param inode of the socket, by which it is the same as the one that was seen before
 * @param waiting connections in the queue
 * @param limit what was asked of listen(2), cut to net.core.somaxconn
 * @param halfOpen TCP connections on their way into the queue (the syn queue), of this address and
 *     port; {@link #UNKNOWN} if it was not asked for, and for Unix sockets, which have none
 * @param drops connections that TCP has turned away at this socket since it listens; {@link
 *     #UNKNOWN} for Unix sockets, of which nobody counts it
 */
public record AcceptQueue(
    ListenerAddress address, long inode, int waiting, int limit, int halfOpen, long drops) {

  public static final int UNKNOWN = -1;

  /** How many connections fit. */
  public long capacity() {
    return limit + 1L;
  }

  /** Whether the next connection has to wait outside (Unix sockets), or is dropped (TCP). */
  public boolean full() {
    return waiting >= capacity();
  }

  /** How full it is: 100 when the next connection does not fit, and not before. */
  public int percent() {
    return percent(waiting, limit);
  }

  /** How full a queue of that limit is. */
  public static int percent(int waiting, int limit) {
    return (int) (100L * waiting / (limit + 1L));
  }

  AcceptQueue at(ListenerAddress other) {
    return new AcceptQueue(other, inode, waiting, limit, halfOpen, drops);
  }
}
