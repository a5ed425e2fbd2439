package dev.carpool.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.descriptor.Census;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link ApplicationPool} has to do, with real processes: the cases AP-1 to AP-23 of
 * Passenger 2's suite, with Carpool's rules where they differ, and the cases of those rules.
 *
 * <p>Each case gets a pool without processes and with the same limits, and ends with a census: no
 * process, no descriptor and no thread is left.
 */
public abstract class ApplicationPoolContract
    implements SessionCases, LimitCases, RestartCases, RefusalCases {

  private static final PoolLimits LIMITS = new PoolLimits(20, 0, Duration.ofSeconds(120), 4, 100);

  private static boolean warm;

  @TempDir private Path directory;

  private final Queue<CompletableFuture<Session>> asked = new ConcurrentLinkedQueue<>();
  private TestApplications apps;
  private @Nullable Clients clients;
  private Census descriptors;
  private List<String> threads;

  /**
   * Two clients of one pool.
   *
   * @param home closed after both; ends what the case has left of processes
   */
  protected record Clients(ApplicationPool first, ApplicationPool second, AutoCloseable home) {
    public Clients {}
  }

  /**
   * Opens a pool without processes.
   *
   * @param configured the application that it has by name
   */
  protected abstract Clients open(PoolLimits limits, AppSpec configured) throws Exception;

  @BeforeEach
  void openAPool() throws Exception {
    apps = new TestApplications(directory.toRealPath());
    if (!warm) {
      warm = true; // what the JVM opens once and keeps does not count
      openClients();
      getAndDrop(pool(), apps.hello());
      closeClients();
    }
    descriptors = Census.take();
    threads = threads();
    openClients();
  }

  private void openClients() throws Exception {
    clients = open(LIMITS, configured());
  }

  private void closeClients() throws Exception {
    for (CompletableFuture<Session> request : asked) {
      if (!request.cancel(false) && !request.isCompletedExceptionally()) {
        request.join().close();
      }
    }
    if (clients != null) {
      clients.first().close();
      clients.second().close();
      clients.home().close();
      clients = null;
    }
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    closeClients();
    await("processes of the applications are gone")
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(processesIn(directory.toRealPath())).isEmpty();
              assertThat(processesIn(configured().root())).isEmpty();
            });
    Census.assertSameAs(descriptors);
    await("threads are gone")
        .atMost(SOON)
        .untilAsserted(() -> assertThat(threads()).containsAll(threads).hasSameSizeAs(threads));
  }

  /** Every process of the machine that works in this directory, whoever its parent is. */
  private static List<String> processesIn(Path directory) throws IOException {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(process -> process.getFileName().toString().matches("[0-9]+"))
          .filter(process -> worksIn(process, directory))
          .map(Path::toString)
          .toList();
    }
  }

  private static boolean worksIn(Path process, Path directory) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory);
    } catch (IOException e) {
      return false; // it is gone, or somebody else's
    }
  }

  /** The threads that somebody has to end; not those that the JVM keeps for later. */
  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> !name.equals("process reaper") && !name.startsWith("ForkJoinPool"))
        .filter(name -> !name.startsWith("awaitility") && !name.startsWith("Attach Listener"))
        .sorted()
        .toList();
  }

  @Override
  public ApplicationPool pool() {
    return requireNonNull(clients).first();
  }

  @Override
  public ApplicationPool pool2() {
    return requireNonNull(clients).second();
  }

  @Override
  public TestApplications apps() {
    return apps;
  }

  @Override
  public AppSpec configured() {
    return TestApplications.helloByName("blog");
  }

  @Override
  public CompletableFuture<Session> ask(ApplicationPool pool, AppSpec app) {
    CompletableFuture<Session> request = pool.request(app, SOON);
    asked.add(request);
    return request;
  }
}
