package dev.carpool.channel;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.wire.Frame;
import dev.carpool.wire.MalformedFrameException;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A dialogue of messages over one connected socket, some of which carry a descriptor.
 *
 * <p>One thread receives; any thread may send and close.
 *
 * @param <I> the messages that come in
 * @param <O> the messages that go out
 */
public final class MessageChannel<I extends MessageLite, O extends MessageLite>
    implements AutoCloseable {

  /** Once a frame has begun, the rest of it must come within this time. */
  public static final Duration FRAME_TIMEOUT = Duration.ofSeconds(5);

  private final Descriptor socket;
  private final Inbox<I> inbox;
  private final Outbox outbox;
  private final AtomicReference<@Nullable String> closeReason = new AtomicReference<>();

  MessageChannel(
      Descriptor socket,
      Parser<I> parser,
      boolean takesDescriptors,
      Duration frameTimeout,
      @Nullable EventLoop loop) {
    this.socket = socket;
    this.inbox = new Inbox<>(socket, parser, takesDescriptors, frameTimeout);
    this.outbox = new Outbox(socket, loop, this::close);
  }

  /**
   * The server's end: descriptors that a client sends are dropped, and sending never waits.
   *
   * @param socket a connected blocking stream socket; from here on the channel's
   * @param loop sends what did not fit into the socket when there is room again
   */
  public static MessageChannel<Request, Reply> ofServer(Descriptor socket, EventLoop loop) {
    return new MessageChannel<>(socket, Request.parser(), false, FRAME_TIMEOUT, loop);
  }

  /**
   * The client's end: descriptors that come are kept for {@link #takeDescriptor}, and a sender
   * waits while the socket has no room, for at most 5 seconds.
   *
   * @param socket a connected blocking stream socket; from here on the channel's
   */
  public static MessageChannel<Reply, Request> ofClient(Descriptor socket) {
    return new MessageChannel<>(socket, Reply.parser(), true, FRAME_TIMEOUT, null);
  }

  /**
   * Waits for the next message.
   *
   * @return null at the end of the stream: the peer has gone, or the channel was closed, for the
   *     {@link #closeReason}
   * @throws MalformedFrameException if the peer does not keep to the framing, or leaves a frame
   *     unfinished; the channel is to be closed then
   * @throws IOException if the socket is broken
   */
  public @Nullable I receive() throws IOException {
    return receiving(null);
  }

  /**
   * Like {@link #receive()}, for a message that must have begun within some time.
   *
   * @throws MalformedFrameException also if it has not
   */
  public @Nullable I receive(Duration within) throws IOException {
    return receiving(within);
  }

  private @Nullable I receiving(@Nullable Duration within) throws IOException {
    try {
      return inbox.next(within);
    } catch (ClosedChannelException e) {
      return null;
    } catch (MalformedFrameException e) {
      if (closeReason() != null) {
        return null; // the stream ended inside a frame because it was ended here
      }
      throw e;
    }
  }

  /**
   * The descriptor that came with the message just received, for the reading thread.
   *
   * <p>To be called once for each message that carries one, since they come in the same order.
   *
   * @return owned by the caller
   * @throws MalformedFrameException if there came none
   */
  public Descriptor takeDescriptor() throws MalformedFrameException {
    Descriptor descriptor = inbox.takeDescriptor();
    if (descriptor == null) {
      throw new MalformedFrameException("a message came without the descriptor that belongs to it");
    }
    return descriptor;
  }

  /** Sends a message without a descriptor. See {@link #send(MessageLite, Descriptor)}. */
  public boolean send(O message) {
    return send(message, null);
  }

  /**
   * Sends a message, or keeps it until there is room for it. Messages arrive in the order of the
   * calls.
   *
   * <p>If the peer has gone, or does not read and too much is kept for it already, the channel is
   * closed and says why in {@link #closeReason}.
   *
   * @param passed rides on the first byte of the message's frame. It is the channel's from here on,
   *     in all cases: it is closed when it has gone, or with the channel
   * @return false if the channel is closed, so that the peer will not get the message; true is no
   *     promise that it will
   * @throws IllegalArgumentException if the message is longer than {@link Frame#MAX_MESSAGE}; the
   *     channel stays as it was
   */
  public boolean send(O message, @Nullable Descriptor passed) {
    byte[] frame;
    try {
      frame = Frame.of(message);
    } catch (IllegalArgumentException e) {
      if (passed != null) {
        passed.close();
      }
      throw e;
    }
    try {
      return outbox.send(frame, passed);
    } catch (IOException e) {
      close(reason(e));
      return false;
    }
  }

  /** The kernel's or our words for a failed send. */
  static String reason(IOException e) {
    return e instanceof ClosedChannelException ? "closed" : String.valueOf(e.getMessage());
  }

  /** The socket, which stays the channel's: to ask who the peer is. */
  public Descriptor socket() {
    return socket;
  }

  public boolean isOpen() {
    return closeReason.get() == null;
  }

  /** Why the channel was closed, in words; null while it is open. */
  public @Nullable String closeReason() {
    return closeReason.get();
  }

  /** Closes the channel with nothing to say about it. */
  @Override
  public void close() {
    close("closed");
  }

  /**
   * Closes the channel and wakes the thread that receives. What has not been sent is dropped,
   * descriptors that nobody took are closed. The first reason stays.
   */
  public void close(String reason) {
    if (!closeReason.compareAndSet(null, reason)) {
      return;
    }
    if (outbox.waits()) {
      socket.close(); // first, since it ends the waiting of a sender that has the lock
    }
    outbox.close(); // before the socket otherwise, since it may be watched
    socket.close();
    inbox.close();
  }
}
