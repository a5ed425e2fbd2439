package dev.carpool.admin;

import dev.carpool.descriptor.SocketFile;
import dev.carpool.descriptor.SocketPermissions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** Takes HTTP connections on a Unix socket of the JDK's; Jetty's own connector is for TCP alone. */
final class UnixConnector extends AbstractConnector {

  private static final int ACCEPT_QUEUE = 64;

  private final SelectorManager manager;
  private volatile @Nullable ServerSocketChannel listening;
  private @Nullable SocketFile file;

  UnixConnector(Server server, ConnectionFactory factory) {
    super(server, null, null, null, 1, factory);
    manager = new Selectors(getExecutor(), getScheduler());
    installBean(manager, true);
    setAcceptorPriorityDelta(0);
  }

  /**
   * Listens, in place of a stale socket if there is one.
   *
   * @throws IOException with a message for whoever configured the path
   */
  void open(Path path, SocketPermissions permissions) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      file = SocketFile.listen(channel, path, permissions, ACCEPT_QUEUE);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    listening = channel;
  }

  @Override
  protected void accept(int acceptor) throws IOException {
    ServerSocketChannel channel = listening;
    if (channel != null && channel.isOpen()) {
      SocketChannel connection = channel.accept();
      try {
        connection.configureBlocking(false);
        manager.accept(connection);
      } catch (IOException | RuntimeException e) {
        connection.close();
        throw e;
      }
    }
  }

  @Override
  public @Nullable Object getTransport() {
    return listening;
  }

  /** Listens no more, and removes the file. */
  void close() throws IOException {
    try (ServerSocketChannel _ = listening) {
      if (file != null) {
        file.remove(); // first: as long as the socket is open, no other file has its inode
      }
    }
  }

  @Override
  protected void doStop() throws Exception {
    close();
    super.doStop();
  }

  /** Who waits for all connections: one selector. */
  private final class Selectors extends SelectorManager {
    private Selectors(Executor executor, Scheduler scheduler) {
      super(executor, scheduler, 1);
    }

    @Override
    protected EndPoint newEndPoint(
        SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
      SocketChannelEndPoint endPoint =
          new SocketChannelEndPoint((SocketChannel) channel, selector, key, getScheduler());
      endPoint.setIdleTimeout(getIdleTimeout());
      return endPoint;
    }

    @Override
    public Connection newConnection(
        SelectableChannel channel, EndPoint endPoint, @Nullable Object attachment) {
      return getDefaultConnectionFactory().newConnection(UnixConnector.this, endPoint);
    }

    @Override
    protected void endPointOpened(EndPoint endPoint) {
      super.endPointOpened(endPoint);
      onEndPointOpened(endPoint);
    }

    @Override
    protected void endPointClosed(EndPoint endPoint) {
      onEndPointClosed(endPoint);
      super.endPointClosed(endPoint);
    }
  }
}
