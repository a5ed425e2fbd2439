package dev.carpool.gateway;

import com.google.common.base.Throwables;
import dev.carpool.api.ApplicationPool;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server in front of one application of a pool.
 *
 * <p>It does not own the pool. May be started once and closed any number of times, in any thread.
 */
public final class Gateway implements AutoCloseable {

  private static final String REFERENCES_PER_CACHE_LINE =
      "org.eclipse.jetty.util.referencesPerCacheLine";

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  /**
   * How long a connection may be silent between requests, within one, or while it is written to.
   */
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

  /** How long {@link #close()} waits for running requests. */
  private static final Duration CLOSING_TIME = Duration.ofSeconds(10);

  private static final int MIN_THREADS = 2;
  private static final int MAX_THREADS = 16;
  private static final int ACCEPT_QUEUE = 1024;
  private static final int REQUEST_HEADERS = 32 * 1024;
  private static final int RESPONSE_HEADERS = 2 * CgiResponseParser.LIMIT;

  /**
   * Paths are the application's to understand: what is ambiguous to a server may be plain to it.
   */
  private static final UriCompliance PATHS_AS_THEY_ARE =
      new UriCompliance(
          "AS_THEY_ARE",
          Set.copyOf(
              EnumSet.of(
                  Violation.AMBIGUOUS_PATH_SEGMENT,
                  Violation.AMBIGUOUS_EMPTY_SEGMENT,
                  Violation.AMBIGUOUS_PATH_SEPARATOR,
                  Violation.AMBIGUOUS_PATH_PARAMETER,
                  Violation.AMBIGUOUS_PATH_ENCODING,
                  Violation.BAD_UTF8_ENCODING,
                  Violation.TRUNCATED_UTF8_ENCODING,
                  Violation.SUSPICIOUS_PATH_CHARACTERS)));

  static {
    // Jetty sizes its queues by this. To find it out it would start the platform's MBean server,
    // which takes longer than all the rest of its start.
    if (System.getProperty(REFERENCES_PER_CACHE_LINE) == null) {
      System.setProperty(REFERENCES_PER_CACHE_LINE, "16");
    }
  }

  private final GatewaySettings settings;
  private final ExecutorService relays;
  private final GatewayHandler handler;
  private final Server server;
  private final ServerConnector connector;
  private volatile int port;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** A gateway that does not listen yet. The pool stays the caller's. */
  public Gateway(GatewaySettings settings, ApplicationPool pool) {
    this.settings = settings;
    // A thread a session: there are never more sessions than the pool has places.
    this.relays =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("relay-", 0).stackSize(256 * 1024).daemon().factory());
    this.handler = new GatewayHandler(settings, pool, relays);

    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, 60_000);
    threads.setName("http");
    threads.setReservedThreads(0);
    this.server = new Server(threads);
    server.setHandler(handler);
    server.setErrorHandler(new ServerErrors());
    server.setStopTimeout(0);

    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setSendDateHeader(true);
    http.setUriCompliance(PATHS_AS_THEY_ARE);
    http.setRequestHeaderSize(REQUEST_HEADERS);
    http.setMaxResponseHeaderSize(RESPONSE_HEADERS);
    this.connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(settings.address().getHostString());
    connector.setPort(settings.address().getPort());
    connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    server.addConnector(connector);
  }

  /**
   * Listens and serves.
   *
   * @throws IOException when the address cannot be used; the message says which, why, and what to
   *     do
   */
  public void start() throws IOException {
    Files.createDirectories(settings.bodyDirectory());
    try {
      connector.open();
    } catch (IOException e) {
      throw new IOException(cannotListen(e), e);
    }
    port = connector.getLocalPort();
    try {
      server.start();
    } catch (Exception e) {
      connector.close();
      throw new IOException("The HTTP server does not start: " + Throwables.getRootCause(e), e);
    }
  }

  private String cannotListen(IOException e) {
    InetSocketAddress address = settings.address();
    Throwable root = Throwables.getRootCause(e);
    String why = root instanceof SocketException ? String.valueOf(root.getMessage()) : "" + root;
    String cure =
        why.contains("in use")
            ? "Another program listens there; choose another port with --port."
            : why.contains("ermission")
                ? "Ports below 1024 are the administrator's; choose another one with --port."
                : root instanceof BindException || address.isUnresolved()
                    ? "The address must be one of this machine's."
                    : "Choose another port with --port.";
    return "Cannot listen on %s port %d: %s. %s"
        .formatted(address.getHostString(), address.getPort(), why, cure);
  }

  /** Changes what is done with the requests that come from now on; the address stays. */
  public void change(GatewaySettings next) {
    handler.change(next);
  }

  /** Where it listens: with the real port, if any free one was asked for. */
  public InetSocketAddress address() {
    return new InetSocketAddress(settings.address().getHostString(), port);
  }

  /** Closes with ten seconds for running requests. */
  @Override
  public void close() {
    close(CLOSING_TIME);
  }

  /**
   * Stops listening, lets running requests finish, and breaks off those that do not.
   *
   * @param patience how long they may take
   */
  public void close(Duration patience) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      var ignored = connector.shutdown();
      int left = handler.awaitQuiet(patience);
      if (left > 0) {
        LOG.warn(
            "{} broken off{}",
            left == 1 ? "1 request was" : left + " requests were",
            patience.isZero() ? "" : ": no end within " + patience.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    breakOff();
    try {
      server.stop();
    } catch (Exception e) {
      LOG.warn("The HTTP server did not stop well", e);
    }
    relays.shutdown();
  }

  /**
   * Answers all running requests that the server is shutting down, and breaks off those whose
   * response has begun. Cuts the patience of a {@link #close(Duration)} in another thread short.
   */
  public void breakOff() {
    handler.breakOffAll();
  }
}
