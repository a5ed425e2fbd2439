package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A netlink socket, by which the kernel is asked for lists that no file in /proc has.
 *
 * <p>Safe in any thread; one request at a time.
 */
public final class NetlinkSocket implements AutoCloseable {

  /** NETLINK_SOCK_DIAG: the sockets of this network namespace. */
  public static final int SOCK_DIAG = 4;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;

  private static final int HEADER = 16;
  private static final int REQUEST_DUMP = 0x301; // NLM_F_REQUEST | NLM_F_DUMP
  private static final int DUMP_INTERRUPTED = 0x10;
  private static final int ERROR = 2;
  private static final int DONE = 3;

  /** The largest datagram that the kernel makes of a list. */
  private static final int DATAGRAM = 32 * 1024;

  /** How often a list is asked for again because it changed while it was made. */
  private static final int TRIES = 5;

  /** The kernel has answered when the request is sent; some sandboxes never do. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Descriptor socket;
  private final MemorySegment memory = Arena.ofAuto().allocate(DATAGRAM, 8);
  private final ByteBuffer buffer = memory.asByteBuffer().order(ByteOrder.nativeOrder());
  private int sequence;

  private NetlinkSocket(Descriptor socket) {
    this.socket = socket;
  }

  /**
   * Opens a socket.
   *
   * @throws ErrnoException EAFNOSUPPORT, EPROTONOSUPPORT, EPERM or EACCES where the kernel has none
   *     or a sandbox forbids it
   */
  public static NetlinkSocket open(int protocol) throws ErrnoException {
    Scratch scratch = Scratch.get();
    int type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int number = Syscall.SOCKET.call(scratch, AF_NETLINK, type, protocol);
    if (number < 0) {
      throw new ErrnoException("opening a netlink socket", scratch.errno());
    }
    return new NetlinkSocket(Descriptor.adopt(number));
  }

  /**
   * Asks for a list. One that changed while the kernel made it is asked for again.
   *
   * @param type of the request
   * @param request what follows the header, in the machine's byte order
   * @param reader makes something of each entry, null for nothing. Its buffer, in the machine's
   *     byte order, has what follows the header, and is good for the call alone
   * @throws ErrnoException the kernel's refusal: ENOENT if it cannot list such sockets
   * @throws IOException if what comes is no answer, or none comes
   */
  public synchronized <T> List<T> dump(
      int type, byte[] request, Function<ByteBuffer, @Nullable T> reader) throws IOException {
    List<T> entries = new ArrayList<>();
    Consumer<ByteBuffer> taker =
        entry -> {
          T made = reader.apply(entry);
          if (made != null) {
            entries.add(made);
          }
        };
    for (int i = 1; ; i++) {
      send(type, request);
      Answer answer = new Answer(sequence);
      while (!answer.ended) {
        answer.take(receive(), taker);
      }
      if (!answer.interrupted || i == TRIES) {
        return entries;
      }
      entries.clear();
    }
  }

  private void send(int type, byte[] request) throws IOException {
    sequence++;
    buffer.clear();
    buffer.putInt(HEADER + request.length);
    buffer.putShort((short) type);
    buffer.putShort((short) REQUEST_DUMP);
    buffer.putInt(sequence);
    buffer.putInt(0);
    MemorySegment.copy(request, 0, memory, JAVA_BYTE, HEADER, request.length);
    if (socket.send(memory.asSlice(0, HEADER + request.length), null) < 0) {
      throw new ErrnoException("asking by netlink", Errno.EAGAIN);
    }
  }

  private ByteBuffer receive() throws IOException {
    int length = socket.read(memory);
    if (length == Descriptor.WOULD_BLOCK) {
      if (socket.await(Readiness.READABLE, PATIENCE) == 0) {
        throw new IOException("the kernel does not answer on netlink");
      }
      length = socket.read(memory);
    }
    return buffer.clear().limit(Math.max(0, length));
  }

  /** One answer, which may come in many datagrams. */
  static final class Answer {

    private final int sequence;
    boolean ended;

    /** Whether the list changed while it was made. */
    boolean interrupted;

    /**
     * @param sequence of the request; answers to others, which somebody gave up, are passed over
     */
    Answer(int sequence) {
      this.sequence = sequence;
    }

    /** Takes the next datagram apart; the taker gets each entry without its header. */
    void take(ByteBuffer datagram, Consumer<ByteBuffer> taker) throws IOException {
      int at = datagram.position();
      while (datagram.limit() - at >= HEADER && !ended) {
        int length = datagram.getInt(at);
        if (length < HEADER || length > datagram.limit() - at) {
          throw new IOException("a netlink message of " + length + " bytes is cut short");
        }
        if (datagram.getInt(at + 8) == sequence) {
          interrupted |= (datagram.getShort(at + 6) & DUMP_INTERRUPTED) != 0;
          ByteBuffer entry = datagram.slice(at + HEADER, length - HEADER).order(datagram.order());
          int type = datagram.getShort(at + 4);
          if (type == ERROR || type == DONE) {
            ended = true;
            refuse(entry);
          } else {
            taker.accept(entry);
          }
        }
        at += (length + 3) & ~3;
      }
    }

    /** Both an error and the end begin with a number, which is negative if something failed. */
    private static void refuse(ByteBuffer end) throws ErrnoException {
      int errno = end.remaining() < Integer.BYTES ? 0 : -end.getInt(0);
      if (errno > 0) {
        throw new ErrnoException("asking by netlink", errno);
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
