package dev.carpool.server;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.admin.AdminSources;
import dev.carpool.audit.AuditLog;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.config.ConfigException;
import dev.carpool.config.ServerConfig;
import dev.carpool.door.AdminSocket;
import dev.carpool.door.Reception;
import dev.carpool.door.ServerSocket;
import dev.carpool.live.LivePool;
import dev.carpool.log.LogFiles;
import dev.carpool.spawn.HelperSpawner;
import dev.carpool.status.BacklogWatch;
import dev.carpool.status.StatusFifo;
import dev.carpool.status.WatchedListener;
import dev.carpool.words.MisuseException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private volatile ServerConfig config;
  private final RuntimeDirectory directory;
  private final RuntimeDirectory.Lock lock;
  private final LogFiles logs = new LogFiles(LogConfiguration.format());
  private final HelperSpawner spawner;
  private final LivePool pool;
  private final Reception reception;
  private final List<AutoCloseable> lookouts = new ArrayList<>();
  private volatile @Nullable Admission admission; // null until it can be found
  private final AdminHttp adminHttp;
  private final Listeners listeners;
  private final BacklogWatch backlog = new BacklogWatch();
  private final CountDownLatch stopWanted = new CountDownLatch(1);
  private volatile boolean atOnce;
  private boolean listening; // guarded by this; the bare server never does
  private volatile boolean takesRequests;
  private volatile @Nullable ConfigSource configSource;
  private volatile Runnable onStop = () -> {};

  private PoolServer(ServerConfig config, RuntimeDirectory directory, RuntimeDirectory.Lock lock)
      throws IOException {
    this.config = config;
    this.directory = directory;
    this.lock = lock;
    Path helpers = helpers();
    List<HelperSpawner> made = new ArrayList<>();
    pool =
        new LivePool(
            config.limits(),
            (listener, loop) -> {
              made.add(new HelperSpawner(helpers, logs, listener, loop));
              return made.getFirst();
            },
            Version.text());
    spawner = made.getFirst();
    pool.takeListenersFrom(backlog::listeners);
    listeners = new Listeners(pool, directory.path());
    adminHttp =
        new AdminHttp(
            directory.adminToken(), token -> new AdminSources(pool, this::missing, token));
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
      AdminSocket admin = AdminSocket.open(directory.adminSocket(), server.reception);
      server.lookouts.add(admin);
      StatusFifo fifo = StatusFifo.open(directory.statusFifo(), server.pool::status);
      server.lookouts.add(fifo);
      server.admission = new Admission(directory, admin, fifo);
      server.admission.admit(config.admin().lookGid());
      server.lookouts.add(server.adminHttp);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    config.doubts().forEach(doubt -> LOG.warn("{}", doubt));
    server.configure(config);
    server.watchBacklogs();
    return server;
  }

  /** Watches the accept queues of what is open now, and those that the configuration names. */
  private void watchBacklogs() {
    ImmutableList.Builder<WatchedListener> watched = ImmutableList.builder();
    watched.addAll(listeners.watched(config));
    config.watch().forEach(name -> watched.add(WatchedListener.foreign(name)));
    backlog.watch(watched.build());
  }

  private void configure(ServerConfig wanted) {
    spawner.setPreloaderIdleTime(wanted.preloaderIdleTime());
    for (ServerConfig.App app : wanted.apps()) {
      switch (wanted.environment()) {
        case DEVELOPMENT -> pool.configureWatched(app.spec());
        case PRODUCTION -> pool.configure(app.spec());
      }
    }
  }

  private static Path helpers() {
    String helpers = System.getProperty("carpool.helpers");
    return helpers != null
        ? Path.of(helpers)
        : Path.of(System.getProperty("carpool.home", "."), "spawn-helpers").toAbsolutePath();
  }

  /** Listens where the configuration says. Returns the places of an application, for people. */
  synchronized ImmutableMap<String, List<String>> listen() throws IOException {
    listening = true;
    listeners.open(config);
    watchBacklogs();
    takesRequests = true;
    ImmutableMap.Builder<String, List<String>> places = ImmutableMap.builder();
    config.apps().forEach(app -> places.put(app.spec().name(), listeners.where(app)));
    return places.buildOrThrow();
  }

  /** Why no requests are taken, for who asks whether this server is ready; empty if they are. */
  private String missing() {
    if (isStopping()) {
      return "the server is stopping";
    }
    return takesRequests ? listeners.missing(config) : "the listeners are not open yet";
  }

  /**
   * Opens the admin listener, if one is configured. Not a part of the start, so that applications
   * are served before.
   */
  void openAdmin() throws IOException {
    adminHttp.follow(config.admin());
  }

  /** The admin page and the right to change in it; null if there is no admin listener. */
  @Nullable String adminPage() {
    return adminHttp.urlWithToken();
  }

  /** Where a configuration can be read again. */
  @FunctionalInterface
  interface ConfigSource {
    ServerConfig read() throws ConfigException, MisuseException;
  }

  /** Says where {@link #reload} finds the configuration. */
  void onReload(ConfigSource source) {
    configSource = source;
  }

  /** Reads the configuration again. One that is not good changes nothing. */
  synchronized void reload() {
    ConfigSource source = configSource;
    if (isStopping()) {
      LOG.info("HUP comes too late: the server is stopping");
      return;
    }
    if (source == null) {
      LOG.warn("there is nothing to reload: this server was started without -c FILE");
      return;
    }
    try {
      follow(source.read());
    } catch (ConfigException | MisuseException e) {
      LOG.error("the configuration stays as it was: {}", e.getMessage());
    }
  }

  /** Follows a configuration that has changed, without losing a request. */
  private void follow(ServerConfig next) {
    next.doubts().forEach(doubt -> LOG.warn("{}", doubt));
    ServerConfig before = config;
    String difference = Difference.of(before, pool.status().limits(), next);
    config = next;
    if (!next.admin().lookGid().equals(before.admin().lookGid())) {
      admit(next);
    }
    try {
      adminHttp.follow(next.admin());
    } catch (IOException e) {
      LOG.error("[admin] listen is not followed: {}", e.getMessage());
    }
    pool.setLimits(next.limits());
    configure(next);
    if (listening) {
      listeners.follow(next);
    }
    watchBacklogs();
    Set<String> kept =
        next.apps().stream().map(app -> app.spec().name()).collect(Collectors.toSet());
    before.apps().stream()
        .map(app -> app.spec().name())
        .filter(name -> !kept.contains(name))
        .forEach(pool::forget);
    AuditLog.did("signal HUP", "the configuration was reloaded: " + difference);
  }

  private void admit(ServerConfig next) {
    Admission open = admission;
    try {
      if (open != null) {
        open.admit(next.admin().lookGid());
      }
    } catch (IOException e) {
      LOG.error("look_group is not followed: {}", e.getMessage());
    }
  }

  /** Opens all log files anew, for whoever has renamed them. */
  void reopenLogs() {
    LogConfiguration.reopen();
    logs.reopen();
    LOG.info("the log files were opened anew (USR1)");
  }

  /**
   * Answers wake-ups until nobody can ask any more or the server stops.
   *
   * @param socket closed at the end
   */
  void serveWakeUps(ServerSocket socket) throws IOException {
    try (socket) {
      onStop = socket::close;
      takesRequests = true;
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
      listeners.breakOff();
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
    listeners.closeGateways(patience);
    pool.shutDown(atOnce ? Duration.ZERO : PATIENCE).join();
    listeners.closeFronts();
    backlog.close();
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
