package dev.carpool.admin;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server for whoever looks after the pool. It does not own what it is about.
 *
 * <p>Safe in any thread.
 */
public final class AdminListener implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AdminListener.class);

  /** How long a connection may be silent; events come more often. */
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(15);

  private static final int MIN_THREADS = 3;
  private static final int MAX_THREADS = 8;
  private static final int MOST_CONNECTIONS = 256;
  private static final int ACCEPT_QUEUE = 64;
  private static final int REQUEST_HEADERS = 8 * 1024;

  /** Of a listener to events that does not read, this much is kept by the kernel. */
  private static final int SEND_BUFFER = 64 * 1024;

  static {
    // Else Jetty starts the platform's MBean server to find it out, which takes longer than all
    // the rest of its start.
    if (System.getProperty("org.eclipse.jetty.util.referencesPerCacheLine") == null) {
      System.setProperty("org.eclipse.jetty.util.referencesPerCacheLine", "16");
    }
  }

  private final Server server;
  private final Events events;
  private final String url;

  private AdminListener(AdminSettings settings, AdminSources sources, Events.Rhythm rhythm)
      throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, 60_000);
    threads.setName("admin-http");
    threads.setDaemon(true);
    threads.setReservedThreads(0);
    server = new Server(threads);
    server.setStopTimeout(0);
    server.setErrorHandler(new AdminErrors());
    events = new Events(sources.pool(), rhythm);
    server.setHandler(
        new AdminHandler(
            new Admittance(settings.hosts()),
            new Views(sources),
            new Changes(sources.pool(), sources.token()),
            events));

    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setRequestHeaderSize(REQUEST_HEADERS);
    HttpConnectionFactory factory = new HttpConnectionFactory(http);
    AbstractConnector connector;
    switch (settings.address()) {
      case UnixDomainSocketAddress unix -> {
        UnixConnector open = new UnixConnector(server, factory);
        open.open(unix.getPath(), settings.permissions());
        connector = open;
        url = "unix:" + unix.getPath();
      }
      case InetSocketAddress tcp -> {
        ServerConnector open = open(tcp, factory);
        connector = open;
        url = url(tcp, open.getLocalPort());
      }
      default -> throw new IllegalArgumentException("" + settings.address());
    }
    connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(MOST_CONNECTIONS, connector));
  }

  private ServerConnector open(InetSocketAddress address, HttpConnectionFactory factory)
      throws IOException {
    ServerConnector connector = new ServerConnector(server, 1, 1, factory);
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    connector.setAcceptedSendBufferSize(SEND_BUFFER);
    try {
      connector.open();
    } catch (IOException e) {
      throw new IOException(
          "The admin listener cannot listen on %s port %d: %s; name another one in [admin] listen"
              .formatted(
                  address.getHostString(),
                  address.getPort(),
                  Throwables.getRootCause(e).getMessage()),
          e);
    }
    return connector;
  }

  private static String url(InetSocketAddress address, int port) {
    String host = address.getHostString();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/";
  }

  /**
   * Listens and answers.
   *
   * @throws IOException when the address cannot be used; the message says which, why, and what to
   *     do
   */
  public static AdminListener open(AdminSettings settings, AdminSources sources)
      throws IOException {
    return open(settings, sources, Events.Rhythm.USUAL);
  }

  static AdminListener open(AdminSettings settings, AdminSources sources, Events.Rhythm rhythm)
      throws IOException {
    AdminListener listener = new AdminListener(settings, sources, rhythm);
    try {
      listener.server.start();
    } catch (Exception e) {
      listener.close();
      throw new IOException("The admin listener does not start: " + Throwables.getRootCause(e), e);
    }
    return listener;
  }

  /** Where it listens: the page's URL, or {@code unix:} and a path. */
  public String url() {
    return url;
  }

  /** How many listen to the events. */
  int eventListeners() {
    return events.listeners();
  }

  /** Ends the events, breaks off the rest, and listens no more. */
  @Override
  public void close() {
    events.close();
    try {
      server.stop();
    } catch (Exception e) {
      LOG.warn("The admin listener did not stop well", e);
    }
  }
}
