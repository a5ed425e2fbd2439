package dev.carpool.client;

import dev.carpool.api.Session;
import dev.carpool.channel.SelectableConnection;
import dev.carpool.descriptor.Connection;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.wire.proto.SessionOpened;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A session with a process of a pool server: a socket that leads to the process itself, past the
 * server.
 *
 * <p>The session owns the socket's descriptor; streams and channels are ways to use it, and end
 * with the session. It works on when its {@link RemotePool} is closed or the server ends.
 */
public final class RemoteSession implements Session {

  private final long id;
  private final long pid;
  private final String protocol;
  private final Connection connection;
  private final LongConsumer giveBack;

  // Guarded by this.
  private @Nullable SelectableConnection selectable;
  private boolean closed;

  /**
   * @param descriptor taken over
   * @param giveBack tells the server that the session of this id is closed
   */
  RemoteSession(SessionOpened opened, Descriptor descriptor, LongConsumer giveBack) {
    this.id = opened.getSessionId();
    this.pid = Integer.toUnsignedLong(opened.getPid());
    this.protocol = opened.getProtocol();
    this.connection = new Connection(descriptor);
    this.giveBack = giveBack;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public String protocol() {
    return protocol;
  }

  @Override
  public ByteChannel channel() {
    return connection.channel();
  }

  @Override
  public InputStream input() {
    return connection.input();
  }

  @Override
  public OutputStream output() {
    return connection.output();
  }

  /** The socket's descriptor, which stays the session's. */
  public Descriptor descriptor() {
    return connection.descriptor();
  }

  /**
   * The connection as a channel for selectors: register it with one of {@code
   * socketChannel().provider().openSelector()}. Always the same channel. It may be made
   * non-blocking; the streams go on waiting then. Closing it ends the connection; the session still
   * is to be closed.
   *
   * @throws IOException if the session is closed
   */
  public synchronized SocketChannel socketChannel() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (selectable == null) {
      selectable = SelectableConnection.over(connection.descriptor());
    }
    return selectable.channel();
  }

  /**
   * Closes the connection and tells the server, without waiting for its answer. Threads that read
   * or write on the session are woken.
   */
  @Override
  public void close() {
    SelectableConnection channel;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      channel = selectable;
    }
    if (channel != null) {
      channel.close();
    } else {
      connection.close();
    }
    giveBack.accept(id);
  }

  @Override
  public String toString() {
    return "session %d with process %d".formatted(id, pid);
  }
}
