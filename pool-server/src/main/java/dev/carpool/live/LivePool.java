package dev.carpool.live;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.Session;
import dev.carpool.api.Units;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.pool.PoolEffect;
import dev.carpool.pool.PoolEvent;
import dev.carpool.pool.PoolMachine;
import dev.carpool.pool.ProcessId;
import dev.carpool.pool.RequestId;
import dev.carpool.pool.SessionId;
import dev.carpool.spawn.SpawnListener;
import dev.carpool.spawn.Spawner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool of this process: one lock around the machine, and its effects after the lock.
 *
 * <p>Safe in any thread. {@link #close()} lets busy processes finish first.
 */
public final class LivePool implements ApplicationPool {

  private static final Logger LOG = LoggerFactory.getLogger(LivePool.class);

  /** How long {@link #close()} lets busy processes finish. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String version;
  private final BriefLock lock = new BriefLock();
  private final PoolMachine machine; // guarded by lock
  private long lastRequest; // guarded by lock
  private final Map<RequestId, Requester> pending = new ConcurrentHashMap<>();
  private final Map<String, AppSpec> configured = new ConcurrentHashMap<>();
  private final Restarts restarts = new Restarts(System::nanoTime);
  private final Timekeeper timekeeper = new Timekeeper(() -> tell(new PoolEvent.TimePassed()));
  private final EventLoop loop;
  private final RefusalLog refusals =
      new RefusalLog(LOG::warn, System::nanoTime, timekeeper::later);
  private final MemoryWatch memory =
      new MemoryWatch(
          new ProcFiles(),
          (process, why, hard) -> tell(new PoolEvent.Outgrown(new ProcessId(process), why, hard)));
  private final Spawner spawner;
  private final Generations generations = new Generations(Clock.systemUTC());
  private final Effects effects;
  private volatile Supplier<ImmutableList<PoolStatus.Listener>> listeners = ImmutableList::of;

  /** Makes the spawner of a pool, on the pool's loop. */
  @FunctionalInterface
  public interface SpawnerFactory {
    Spawner create(SpawnListener listener, EventLoop loop) throws IOException;
  }

  /** An empty pool. */
  public LivePool(PoolLimits limits, SpawnerFactory spawners, String version) throws IOException {
    this.version = version;
    machine = new PoolMachine(limits, Instant.now().minusNanos(System.nanoTime()));
    Sessions sessions = new Sessions(pending, memory, this::tell);
    loop = new EventLoop("connections", (thread, e) -> LOG.error("a handler failed", e));
    spawner = spawners.create(sessions, loop);
    effects =
        new Effects(
            pending, sessions, memory, spawner, timekeeper, refusals, generations, this::tell);
  }

  /** The one thread of all lines; whoever hands over many connections runs there as well. */
  public EventLoop loop() {
    return loop;
  }

  /**
   * Makes an application known by its name, and starts its minimum of processes. One that is known
   * already gets a new generation if anything but the minimum is new.
   */
  public void configure(AppSpec app) {
    restarts.watchNoMore(app.name());
    put(app);
  }

  /**
   * As {@link #configure}, for one that is being developed: when its files have changed, its next
   * request is served by new processes.
   */
  public void configureWatched(AppSpec app) {
    restarts.watch(app); // first: what its processes read may be newer, never older
    put(app);
  }

  private void put(AppSpec app) {
    configured.put(app.name(), app);
    tell(new PoolEvent.Configured(app));
  }

  /**
   * Takes an application out of the configuration: it cannot be requested by its name any more, its
   * idle processes stop, busy ones finish, and those who wait are served. Harmless for one that is
   * not known.
   */
  public void forget(String appName) {
    configured.remove(appName);
    restarts.watchNoMore(appName);
    tell(new PoolEvent.Forgotten(appName));
  }

  @Override
  public CompletableFuture<Session> request(String appName, Duration timeout) {
    AppSpec app = configured.get(appName);
    return app == null ? CompletableFuture.failedFuture(notFound(appName)) : request(app, timeout);
  }

  @Override
  public CompletableFuture<Session> request(AppSpec app, Duration timeout) {
    PendingGet get = new PendingGet(session -> tell(new PoolEvent.Closed(new SessionId(session))));
    long number = ask(app, timeout, get);
    get.onCancel(() -> withdraw(number));
    return get;
  }

  /**
   * Asks for a place at a process, for a connection that the requester has already.
   *
   * @param timeout until the process has it: waiting, starting and handing over together
   * @return the number of the request
   */
  public long ask(AppSpec app, Duration timeout, Requester requester) {
    PoolEvent.Restarted restart = restarts.before(app);
    if (restart != null) {
      tell(restart);
    }
    List<PoolEffect> toDo;
    RequestId id;
    lock.enter();
    try {
      id = new RequestId(++lastRequest);
      pending.put(id, requester);
      long now = System.nanoTime();
      toDo = machine.on(new PoolEvent.Requested(id, app, now + timeout.toNanos()), now);
    } finally {
      lock.leave();
    }
    effects.perform(toDo);
    return id.value();
  }

  /** Takes a request out of the waiting room, unless it has left it already. */
  public void withdraw(long request) {
    RequestId id = new RequestId(request);
    if (pending.remove(id) != null) {
      tell(new PoolEvent.Withdrawn(id));
    }
  }

  /** Brings an event to the machine and does what it wants done. */
  private void tell(PoolEvent event) {
    List<PoolEffect> toDo;
    lock.enter();
    try {
      toDo = machine.on(event, System.nanoTime());
    } finally {
      lock.leave();
    }
    effects.perform(toDo);
  }

  @Override
  public Receipt clear() throws PoolException {
    return change(
        () -> new Change("all applications", "running", "restarted", new PoolEvent.Cleared()));
  }

  @Override
  public Receipt restart(String appName) throws PoolException {
    return change(
        () -> {
          int generation = known(appName).generation();
          return new Change(
              appName,
              "generation " + generation,
              "generation " + (generation + 1),
              new PoolEvent.Restarted(appName));
        });
  }

  @Override
  public Receipt restartIfChanged(String appName) throws PoolException {
    PoolStatus.App app = known(appName);
    Instant began = generations.beganAt(appName);
    String newer =
        began == null ? "nothing of it was started" : SourceFiles.newer(Path.of(app.root()), began);
    if (began != null && newer == null) {
      return Receipt.unchanged(appName, began, count(), 0);
    }
    LOG.info("restarting {}: {}", appName, newer);
    return restart(appName);
  }

  @Override
  public Receipt setMax(int max) throws PoolException {
    return limit("max", l -> l.withMax(max), PoolLimits::max);
  }

  @Override
  public Receipt setMaxPerApp(int maxPerApp) throws PoolException {
    return limit("max_per_app", l -> l.withMaxPerApp(maxPerApp), PoolLimits::maxPerApp);
  }

  @Override
  public Receipt setMaxIdleTime(Duration maxIdleTime) throws PoolException {
    return limit(
        "max_idle_time", l -> l.withMaxIdleTime(maxIdleTime), l -> Units.words(l.maxIdleTime()));
  }

  @Override
  public Receipt setQueueMax(int queueMax) throws PoolException {
    return limit("queue_max", l -> l.withQueueMax(queueMax), PoolLimits::queueMax);
  }

  /** Sets all limits at once. */
  public void setLimits(PoolLimits limits) {
    tell(new PoolEvent.LimitsChanged(limits));
  }

  private Receipt limit(
      String what, UnaryOperator<PoolLimits> change, Function<PoolLimits, Object> reading)
      throws PoolException {
    return change(() -> Change.ofLimit(what, machine.limits(), change, reading));
  }

  private Receipt change(Change.Wish wish) throws PoolException {
    List<PoolEffect> toDo;
    Receipt receipt;
    lock.enter();
    try {
      Change change = wish.read();
      toDo = machine.on(change.event(), System.nanoTime());
      receipt =
          new Receipt(
              change.what(), change.before(), change.after(), machine.count(), machine.toDrain());
    } catch (IllegalArgumentException e) {
      throw new PoolException.BadRequest(String.valueOf(e.getMessage()));
    } finally {
      lock.leave();
    }
    effects.perform(toDo);
    return receipt;
  }

  @Override
  public int active() {
    return locked(machine::active);
  }

  @Override
  public int count() {
    return locked(machine::count);
  }

  @Override
  public long spawnServerPid() {
    long preloader = spawner.preloaderPid();
    return preloader == 0 ? ProcessHandle.current().pid() : preloader;
  }

  @Override
  public PoolStatus status() {
    PoolStatus status =
        locked(() -> machine.status(version, ProcessHandle.current().pid(), System.nanoTime()));
    return status.withListeners(listeners.get());
  }

  /** Says who knows the accept queues, which the pool only repeats in its status. */
  public void takeListenersFrom(Supplier<ImmutableList<PoolStatus.Listener>> watch) {
    listeners = watch;
  }

  @Override
  public List<RunningRequest> requests() {
    return spawner.describe(locked(() -> machine.running(System.nanoTime())));
  }

  private <T> T locked(Supplier<T> look) {
    lock.enter();
    try {
      return look.get();
    } finally {
      lock.leave();
    }
  }

  /**
   * Refuses new requests and lets busy processes finish.
   *
   * @param patience after which they are ended by force; a second call can shorten it
   * @return completes when no process is left
   */
  public CompletableFuture<Void> shutDown(Duration patience) {
    tell(new PoolEvent.ShutDown(System.nanoTime() + patience.toNanos()));
    spawner.drain();
    return effects.empty;
  }

  /** Shuts down, and returns when no process is left. Open sessions get 30 s to end. */
  @Override
  public void close() {
    shutDown(PATIENCE).join();
    timekeeper.close();
    refusals.close();
    memory.close();
    spawner.close();
    loop.close();
  }

  private PoolStatus.App known(String appName) throws PoolException {
    return status().apps().stream()
        .filter(app -> app.name().equals(appName))
        .findFirst()
        .orElseThrow(() -> notFound(appName));
  }

  private static PoolException notFound(String appName) {
    return new PoolException.NotFound("The pool has no application '" + appName + "'.");
  }
}
