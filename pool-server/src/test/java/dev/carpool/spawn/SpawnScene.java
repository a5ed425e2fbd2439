package dev.carpool.spawn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.LogEar;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnMethod;
import dev.carpool.api.SpawnReport;
import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A spawner, an ear for what becomes of its processes, and a census of descriptors, threads and
 * children, which must be the same when the scene is closed.
 */
final class SpawnScene implements SpawnListener, AutoCloseable {

  /** For what happens at once; the machine may be busy with other things. */
  static final Duration SOON = Duration.ofSeconds(10);

  private static final Path MISBEHAVING = Path.of("src/test/apps/misbehaving").toAbsolutePath();
  private static final Path HELPERS = Path.of("../spawn-helpers").toAbsolutePath().normalize();

  record Ready(long pid, int concurrency) {}

  record Done(int session, boolean complete) {}

  private final Census census;
  private final Collection<String> threads;
  private final AtomicLong lastProcess = new AtomicLong();
  private final Map<Long, Long> pids = new ConcurrentHashMap<>();
  private final Map<Long, Ready> ready = new ConcurrentHashMap<>();
  private final Map<Long, SpawnReport> reports = new ConcurrentHashMap<>();
  private final Map<Long, String> broken = new ConcurrentHashMap<>();
  private final Map<Long, String> gone = new ConcurrentHashMap<>();
  private final Map<Long, Done> done = new ConcurrentHashMap<>();
  private final Collection<String> unexpected = new ConcurrentLinkedQueue<>();
  private final LogEar log = LogEar.listening();
  private final EventLoop loop;
  final HelperSpawner spawner;

  SpawnScene() throws IOException {
    this(HELPERS);
  }

  /**
   * @param helpers the folder with the helpers
   */
  SpawnScene(Path helpers) throws IOException {
    warmUp();
    census = Census.take();
    threads = threads();
    loop = new EventLoop("lines", (thread, e) -> unexpected.add("a handler failed: " + e));
    spawner = new HelperSpawner(helpers, this, loop);
  }

  private static boolean warm;

  /** Lets the JVM start what it starts once and keeps. */
  private static void warmUp() throws IOException {
    if (!warm) {
      warm = true;
      try (SpawnScene first = new SpawnScene()) {
        first.awaitFailure(first.start(misbehaving("syntax-error")));
      }
    }
  }

  /** One of the bad applications: a helper if it has a helper.py, else one for the WSGI helper. */
  static AppSpec misbehaving(String name) {
    Path root = MISBEHAVING.resolve(name);
    AppSpec app = AppSpec.named(name, root).withSpawn(SpawnMethod.DIRECT);
    return root.resolve("helper.py").toFile().exists()
        ? app.withKind(AppKind.HELPER).withCommand(List.of("python3", "helper.py"))
        : app;
  }

  long start(AppSpec app) {
    return start(app, 1);
  }

  long start(AppSpec app, int generation) {
    long process = lastProcess.incrementAndGet();
    spawner.start(process, app, generation);
    return process;
  }

  long startAndAwaitReady(AppSpec app) {
    long process = start(app);
    awaitReady(process);
    return process;
  }

  Ready awaitReady(long process) {
    return awaited("ready", SOON, () -> ready.get(process));
  }

  /** The report of a start that failed. */
  SpawnReport awaitFailure(long process) {
    return awaited("a report", SOON, () -> reports.get(process));
  }

  Done awaitDone(long process) {
    return awaited("done", SOON, () -> done.get(process));
  }

  String awaitBroken(long process) {
    return awaited("broken", SOON, () -> broken.get(process));
  }

  /** How a process ended. */
  String awaitGone(long process) {
    return awaited("gone", SOON, () -> gone.get(process));
  }

  boolean isGone(long process) {
    return gone.containsKey(process);
  }

  boolean wasReady(long process) {
    return ready.containsKey(process);
  }

  long pid(long process) {
    return awaited("a pid", SOON, () -> pids.get(process));
  }

  /** Gives a connection with a request on it to a process; returns our end. */
  Descriptor serve(long process) throws IOException {
    SocketPair pair = SocketPair.open();
    try (Descriptor theirs = pair.theirs()) {
      spawner.serve(process, 7, theirs);
    } catch (IOException e) {
      pair.ours().close();
      throw e;
    }
    String names =
        "CONTENT_LENGTH\0000\000SCGI\0001\000REQUEST_METHOD\000GET\000PATH_INFO\000/\000";
    byte[] request = (names.length() + ":" + names + ",").getBytes(ISO_8859_1);
    int sent = pair.ours().send(MemorySegment.ofBuffer(direct(request)), null);
    assertThat(sent).isEqualTo(request.length);
    return pair.ours();
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  /** The lines of the log until now. */
  List<String> log() {
    return log.lines();
  }

  private <T> T awaited(String what, Duration time, Supplier<@Nullable T> source) {
    await(what).atMost(time).pollInterval(Duration.ofMillis(5)).until(() -> source.get() != null);
    T value = source.get();
    assertThat(value).isNotNull();
    return value;
  }

  @Override
  public void started(long process, long pid) {
    once(pids.put(process, pid), "started twice");
  }

  @Override
  public void ready(long process, long pid, int concurrency) {
    once(ready.put(process, new Ready(pid, concurrency)), "ready twice");
  }

  @Override
  public void startFailed(long process, SpawnReport report) {
    once(reports.put(process, report), "two reports");
    if (ready.containsKey(process)) {
      unexpected.add("failed after ready");
    }
  }

  @Override
  public void answering(long process, int session) {}

  @Override
  public void done(long process, int session, boolean complete) {
    done.put(process, new Done(session, complete));
  }

  @Override
  public void notTaken(long process, int session) {}

  @Override
  public void broken(long process, String why) {
    once(broken.put(process, why), "broken twice");
  }

  @Override
  public void gone(long process, String how) {
    once(gone.put(process, how), "gone twice");
  }

  private void once(@Nullable Object before, String what) {
    if (before != null) {
      unexpected.add(what);
    }
  }

  private static Collection<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        // the JDK's own, which come and go as it likes
        .filter(name -> !name.startsWith("process reaper") && !name.startsWith("ForkJoinPool"))
        .filter(name -> !name.startsWith("awaitility") && !name.startsWith("HttpClient"))
        .sorted()
        .collect(Collectors.toList());
  }

  @Override
  public void close() {
    for (long process = 1; process <= lastProcess.get(); process++) {
      spawner.stop(process, "the test is over", true);
    }
    for (long process = 1; process <= lastProcess.get(); process++) {
      awaitGone(process);
    }
    spawner.close();
    loop.close();
    log.close();
    assertThat(unexpected).isEmpty();
    assertThat(ProcessHandle.current().descendants()).as("children").isEmpty();
    await("threads").atMost(SOON).untilAsserted(() -> assertThat(threads).containsAll(threads()));
    Census.assertSameAs(census);
  }
}
