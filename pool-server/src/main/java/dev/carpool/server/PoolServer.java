package dev.carpool.server;

import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.config.Environment;
import dev.carpool.config.Listener;
import dev.carpool.config.ServerConfig;
import dev.carpool.door.AdminSocket;
import dev.carpool.door.Reception;
import dev.carpool.door.ServerSocket;
import dev.carpool.gateway.Gateway;
import dev.carpool.gateway.GatewaySettings;
import dev.carpool.live.LivePool;
import dev.carpool.spawn.HelperSpawner;
import dev.carpool.status.StatusFifo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All parts of a running server, and the order in which they come and go.
 *
 * <p>{@link #stop} may be called from any thread and returns at once; the rest belongs to the main
 * thread.
 */
final class PoolServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PoolServer.class);

  /** How long requests may take to finish at a graceful stop. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ServerConfig config;
  private final RuntimeDirectory directory;
  private final RuntimeDirectory.Lock lock;
  private final LivePool pool;
  private final Reception reception;
  private final List<AutoCloseable> lookouts = new ArrayList<>();
  private final List<Gateway> gateways = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopWanted = new CountDownLatch(1);
  private volatile boolean atOnce;
  private volatile Runnable onStop = () -> {};

  private PoolServer(ServerConfig config, RuntimeDirectory directory, RuntimeDirectory.Lock lock)
      throws IOException {
    this.config = config;
    this.directory = directory;
    this.lock = lock;
    Path helpers = helpers();
    pool =
        new LivePool(
            config.limits(), (listener, loop) -> new HelperSpawner(helpers, listener, loop), Version.text());
    reception =
        new Reception(
            pool,
            new Reception.ServerFacts(Version.text(), config.queueTimeout()),
            () -> stop("carpool stop", false));
  }

  /**
   * Starts the pool, its admin socket and its status FIFO.
   *
   * @throws IOException with a message for whoever started it
   */
  static PoolServer start(ServerConfig config, RuntimeDirectory directory) throws IOException {
    RuntimeDirectory.Lock lock = directory.create().lock();
    PoolServer server;
    try {
      server = new PoolServer(config, directory, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
    StopSignals.install(server);
    try {
      server.lookouts.add(AdminSocket.open(directory.adminSocket(), server.reception));
      server.lookouts.add(StatusFifo.open(directory.statusFifo(), server.pool::status));
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    config.doubts().forEach(doubt -> LOG.warn("{}", doubt));
    config.apps().forEach(app -> server.pool.configure(app.spec()));
    return server;
  }

  private static Path helpers() {
    String helpers = System.getProperty("carpool.helpers");
    return helpers != null
        ? Path.of(helpers)
        : Path.of(System.getProperty("carpool.home", "."), "spawn-helpers").toAbsolutePath();
  }

  /** Listens for HTTP on an application's behalf. */
  Gateway serveHttp(ServerConfig.App app, Listener.Http listener) throws IOException {
    InetSocketAddress address =
        listener.host().equals("*")
            ? new InetSocketAddress(listener.port())
            : new InetSocketAddress(listener.host(), listener.port());
    GatewaySettings settings =
        GatewaySettings.of(address, app.spec(), config.queueTimeout(), directory.path())
            .withMaxBody(config.maxBody())
            .withDevelopment(config.environment() == Environment.DEVELOPMENT);
    Gateway gateway = new Gateway(settings, pool);
    gateway.start();
    gateways.add(gateway);
    return gateway;
  }

  /**
   * Answers wake-ups until nobody can ask any more or the server stops.
   *
   * @param socket closed at the end
   */
  void serveWakeUps(ServerSocket socket) throws IOException {
    try (socket) {
      onStop = socket::close;
      if (!isStopping()) {
        socket.serve(reception);
      }
    }
  }

  RuntimeDirectory directory() {
    return directory;
  }

  boolean isStopping() {
    return stopWanted.getCount() == 0;
  }

  /**
   * Makes the server stop.
   *
   * @param why for the log
   * @param now whether running requests are broken off
   */
  void stop(String why, boolean now) {
    LOG.info("stopping{} ({})", now ? " at once" : "", why);
    if (now) {
      atOnce = true;
    }
    if (isStopping() && now) {
      // Before the processes end, or clients would be told that these died.
      gateways.forEach(Gateway::breakOff);
      var _ = pool.shutDown(Duration.ZERO);
    }
    stopWanted.countDown();
    onStop.run();
  }

  void awaitStop() throws InterruptedException {
    stopWanted.await();
  }

  /** Lets requests finish, ends every process, and removes what was made in the file system. */
  @Override
  public void close() throws IOException {
    stopWanted.countDown();
    Duration patience = atOnce ? Duration.ZERO : PATIENCE;
    gateways.forEach(gateway -> gateway.close(patience));
    var _ = pool.shutDown(atOnce ? Duration.ZERO : PATIENCE);
    pool.close();
    reception.close();
    for (AutoCloseable lookout : lookouts) {
      try {
        lookout.close();
      } catch (Exception e) {
        LOG.warn("{} did not close well", lookout, e);
      }
    }
    lock.close();
    LOG.info("stopped");
  }
}
