package dev.carpool.server;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.config.Address;
import dev.carpool.config.Listener;
import dev.carpool.config.ServerConfig;
import dev.carpool.descriptor.InheritedSockets;
import dev.carpool.descriptor.ListeningSocket;
import dev.carpool.descriptor.SocketPermissions;
import dev.carpool.front.FrontProtocol;
import dev.carpool.live.LivePool;
import dev.carpool.spawn.AppDetector;
import dev.carpool.status.WatchedListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where applications are served at the moment, and how that follows the configuration: a listener
 * that stays in it stays open.
 *
 * <p>Safe in any thread.
 */
final class Listeners {

  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final LivePool pool;
  private final Path bodies;
  private final InheritedSockets inherited =
      InheritedSockets.of(System.getenv(), ProcessHandle.current().pid());
  private final Map<Key, Served> open = new ConcurrentHashMap<>();

  /**
   * What makes two listeners the same.
   *
   * @param app its name if the kernel chooses the port, else empty: a listener may change its app
   */
  private record Key(Listener listener, String app) {
    static Key of(ServerConfig.App app, Listener listener) {
      boolean anyPort = listener instanceof Listener.Http(String _, int port) && port == 0;
      return new Key(listener, anyPort ? app.spec().name() : "");
    }
  }

  /**
   * Nothing is open yet.
   *
   * @param bodies the directory for large bodies of requests
   */
  Listeners(LivePool pool, Path bodies) {
    this.pool = pool;
    this.bodies = bodies;
  }

  /** Opens what is there to be opened; that one cannot be is a failure. */
  synchronized void open(ServerConfig config) throws IOException {
    for (ServerConfig.App app : config.apps()) {
      for (Listener listener : app.listen()) {
        open(config, app, listener);
      }
    }
  }

  /** Follows another configuration. One that cannot be opened is only logged. */
  synchronized void follow(ServerConfig config) {
    Map<Key, Served> before = new HashMap<>(open);
    for (ServerConfig.App app : config.apps()) {
      for (Listener listener : app.listen()) {
        try {
          open(config, app, listener);
        } catch (IOException e) {
          LOG.error("{} is not served at {}: {}", app.spec().name(), listener, e.getMessage());
        }
        before.remove(Key.of(app, listener));
      }
    }
    before.forEach(
        (key, served) -> {
          open.remove(key);
          LOG.info("no longer served: {}", served.where());
          Thread.ofPlatform().name("closing").start(() -> close(served, PoolServer.PATIENCE));
        });
  }

  private void open(ServerConfig config, ServerConfig.App app, Listener listener)
      throws IOException {
    Key key = Key.of(app, listener);
    Served there = open.get(key);
    boolean straight = listener instanceof Listener.Http && speaksHttp(app.spec());
    if (there != null && (straight || !there.isStraight())) {
      there.change(config, app);
      return;
    }
    if (there != null) {
      open.remove(key);
      close(there, Duration.ZERO); // its application has become one that speaks no HTTP
    }
    Served served =
        switch (listener) {
          case Listener.Http(String host, int port) when straight ->
              fronts(config, app, FrontProtocol.HTTP, new Address.Tcp(host, port));
          case Listener.Http http -> Served.Http.open(pool, config, app, http, bodies);
          case Listener.Scgi(Address address) -> fronts(config, app, FrontProtocol.SCGI, address);
          case Listener.FastCgi(Address address) ->
              fronts(config, app, FrontProtocol.FASTCGI, address);
        };
    open.put(key, served);
    LOG.info("{} is served at {}", app.spec().name(), served.where());
  }

  /**
   * Whether browsers are handed over to processes. A connection is then one session, so where the
   * time of each request is limited they are not.
   */
  private static boolean speaksHttp(AppSpec app) {
    AppLimits limits = app.limits();
    return limits.maxRequestTime().isZero()
        && limits.slowRequestTime().isZero()
        && AppDetector.speaksHttp(app);
  }

  private Served fronts(
      ServerConfig config, ServerConfig.App app, FrontProtocol protocol, Address address)
      throws IOException {
    return Served.Fronts.open(pool, config, app, protocol, sockets(address, app.permissions()));
  }

  private List<ListeningSocket> sockets(Address address, SocketPermissions permissions)
      throws IOException {
    return switch (address) {
      case Address.Unix(Path path) -> List.of(ListeningSocket.unix(path, permissions));
      case Address.Tcp(String host, int port) -> List.of(ListeningSocket.tcp(host, port));
      case Address.Inherited(String name) -> inherited.adopt(name);
    };
  }

  /** Where an application is served, for people, in the order of its listeners. */
  synchronized List<String> where(ServerConfig.App app) {
    return app.listen().stream()
        .map(listener -> open.get(Key.of(app, listener)))
        .filter(Objects::nonNull)
        .map(Served::where)
        .distinct()
        .toList();
  }

  /** Which of the wanted listeners are not open, in words; empty if none. */
  String missing(ServerConfig config) {
    return config.apps().stream()
        .flatMap(
            app ->
                app.listen().stream()
                    .filter(listener -> !open.containsKey(Key.of(app, listener)))
                    .map(listener -> app.spec().name() + " is not served at " + listener))
        .collect(Collectors.joining("; "));
  }

  /** The accept queues of all that is open, each with its application. */
  synchronized ImmutableList<WatchedListener> watched(ServerConfig config) {
    ImmutableList.Builder<WatchedListener> watched = ImmutableList.builder();
    for (ServerConfig.App app : config.apps()) {
      for (Listener listener : app.listen()) {
        Served served = open.get(Key.of(app, listener));
        try {
          if (served != null) {
            watched.addAll(served.watched(app.spec().name()));
          }
        } catch (IOException e) {
          LOG.warn("the accept queue of {} is not watched: {}", listener, e.getMessage());
        }
      }
    }
    return watched.build();
  }

  /** Closes the gateways: they finish what has begun. Fronts still say no to whoever comes. */
  synchronized void closeGateways(Duration patience) {
    open.values().stream()
        .filter(Served.Http.class::isInstance)
        .forEach(gateway -> close(gateway, patience));
  }

  /** Closes the fronts, which is for when the pool is empty. */
  synchronized void closeFronts() {
    open.values().stream()
        .filter(Served.Fronts.class::isInstance)
        .forEach(front -> close(front, Duration.ZERO));
  }

  /** Breaks off running requests; in any thread, also while {@link #closeGateways} waits. */
  void breakOff() {
    open.values().forEach(Served::breakOff);
  }

  private static void close(Served served, Duration patience) {
    try {
      served.close(patience);
    } catch (IOException e) {
      LOG.warn("{} did not close well: {}", served.where(), e.getMessage());
    }
  }
}
