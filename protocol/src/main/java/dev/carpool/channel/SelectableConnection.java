package dev.carpool.channel;

import dev.carpool.descriptor.Descriptor;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A connected Unix socket as a channel that a selector of its own provider can watch: {@code
 * channel.provider().openSelector()}.
 *
 * <p>May be used from any thread.
 */
public final class SelectableConnection implements AutoCloseable {

  private final Descriptor descriptor;
  private final SocketChannel channel;

  private SelectableConnection(Descriptor descriptor, SocketChannel channel) {
    this.descriptor = descriptor;
    this.channel = channel;
  }

  /**
   * Makes the channel.
   *
   * @param descriptor of a connected Unix stream socket. It stays the caller's until {@link #close}
   *     closes it, and must not be closed otherwise: the channel knows its number
   */
  public static SelectableConnection over(Descriptor descriptor) throws IOException {
    if (!descriptor.isOpen()) {
      throw new IOException(descriptor + " cannot be made into a channel");
    }
    return new SelectableConnection(
        descriptor,
        FileDescriptorCast.unsafeUsing(descriptor.number()).as(AFUNIXSocketChannel.class));
  }

  /**
   * The channel. Closing it ends both directions of the socket for everybody who holds it, but only
   * {@link SelectableConnection#close} gives the descriptor back.
   */
  public SocketChannel channel() {
    return channel;
  }

  /** Closes the channel, ends its selection keys, and closes the descriptor. */
  @Override
  public void close() {
    try {
      channel.close(); // while the number is still this socket's: it is shut down by number
    } catch (IOException e) {
      // The socket was ended before; what matters is closed below.
    } finally {
      descriptor.close();
    }
  }
}
