package dev.carpool.config;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.backlog.ListenerName;
import dev.carpool.descriptor.SocketPermissions;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a server is to do, as carpool.toml says it.
 *
 * @param limits of the pool
 * @param queueTimeout how long a request may wait for a process: waiting, starting and handing over
 *     together
 * @param preloaderIdleTime how long a preloader may have nothing to do; 0 for any time
 * @param maxBody the most bytes that the gateway takes as the body of one request
 * @param environment who sees why an application cannot start, and whether its files are watched
 * @param apps the configured applications, in the order of the file
 * @param doubts what is probably wrong, but does not keep the server from running: a root that is
 *     not there yet
 * @param admin who may look at the server from outside
 * @param watch somebody else's listeners, whose accept queues are watched as well as the server's
 */
public record ServerConfig(
    PoolLimits limits,
    Duration queueTimeout,
    Duration preloaderIdleTime,
    long maxBody,
    Environment environment,
    ImmutableList<App> apps,
    ImmutableList<Problem> doubts,
    AdminConfig admin,
    ImmutableList<ListenerName> watch) {

  public static final Duration DEFAULT_QUEUE_TIMEOUT = Duration.ofSeconds(30);

  public static final Duration DEFAULT_PRELOADER_IDLE_TIME = Duration.ofMinutes(10);

  public static final long DEFAULT_MAX_BODY = 1L << 30;

  /** What an empty file says. */
  public static final ServerConfig DEFAULT =
      new ServerConfig(
          PoolLimits.DEFAULT,
          DEFAULT_QUEUE_TIMEOUT,
          DEFAULT_PRELOADER_IDLE_TIME,
          DEFAULT_MAX_BODY,
          Environment.PRODUCTION,
          ImmutableList.of(),
          ImmutableList.of(),
          AdminConfig.NONE,
          ImmutableList.of());

  /**
   * An application and where it is served.
   *
   * @param spec what it is and how it is run
   * @param listen where the gateway and the fronts listen for it; may be empty
   * @param permissions of its Unix sockets
   */
  public record App(AppSpec spec, ImmutableList<Listener> listen, SocketPermissions permissions) {

    public App(AppSpec spec, ImmutableList<Listener> listen) {
      this(spec, listen, SocketPermissions.DEFAULT);
    }
  }

  /**
   * What a file says.
   *
   * @throws ConfigException all that is wrong with it, also that it cannot be read
   */
  public static ServerConfig read(Path file) throws ConfigException {
    return ConfigReader.read(file);
  }

  public ServerConfig withLimits(PoolLimits limits) {
    return new ServerConfig(
        limits, queueTimeout, preloaderIdleTime, maxBody, environment, apps, doubts, admin, watch);
  }

  public ServerConfig withEnvironment(Environment environment) {
    return new ServerConfig(
        limits, queueTimeout, preloaderIdleTime, maxBody, environment, apps, doubts, admin, watch);
  }

  public ServerConfig withAdmin(AdminConfig admin) {
    return new ServerConfig(
        limits, queueTimeout, preloaderIdleTime, maxBody, environment, apps, doubts, admin, watch);
  }

  public ServerConfig withApps(ImmutableList<App> apps) {
    return new ServerConfig(
        limits, queueTimeout, preloaderIdleTime, maxBody, environment, apps, doubts, admin, watch);
  }
}
