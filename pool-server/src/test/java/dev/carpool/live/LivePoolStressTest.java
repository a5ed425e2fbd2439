package dev.carpool.live;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Session;
import dev.carpool.descriptor.Census;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Closing, dying, withdrawing, restarting and answering at once, by chance but from a seed. */
final class LivePoolStressTest {

  private static final int THREADS = 8;
  private static final Duration FOR = Duration.ofSeconds(3);
  private static final PoolLimits LIMITS = new PoolLimits(5, 3, Duration.ofMillis(50), 3, 6);

  private static final List<AppSpec> APPS =
      List.of(
          AppSpec.named("one", Path.of("/srv/one")),
          AppSpec.named("two", Path.of("/srv/two")),
          AppSpec.named("three", Path.of("/srv/three")).withMin(1));

  private final AtomicLong granted = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong withdrawn = new AtomicLong();

  @Test
  void whateverRacesEachSessionIsGivenBackOnce() throws Exception {
    long seed = Long.getLong("carpool.seed", new Random().nextLong());
    Census descriptors = Census.take();
    List<RandomProcesses> made = new ArrayList<>();
    LivePool pool =
        new LivePool(
            LIMITS,
            (listener, loop) -> {
              made.add(new RandomProcesses(listener, seed));
              return made.getFirst();
            },
            "stress");
    RandomProcesses processes = made.getFirst();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
    try {
      long end = System.nanoTime() + FOR.toNanos();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed + i);
        running.add(threads.submit(() -> disturb(pool, processes, random, end)));
      }
      running.add(threads.submit(() -> watch(pool, end)));
      for (Future<?> thread : running) {
        thread.get(60, TimeUnit.SECONDS);
      }

      processes.calm = true;
      awaitQuiet(pool);
      assertThat(granted).as("seed %d", seed).hasPositiveValue();
      assertThat(withdrawn).hasPositiveValue();
      assertThat(refused).hasPositiveValue();
      // Whoever withdrew in the moment of the grant got nothing, but his process was asked.
      assertThat(processes.served.get()).isGreaterThanOrEqualTo(granted.get());
      assertThat(mapOf(pool, "pending")).isEmpty();
    } finally {
      threads.shutdownNow();
      pool.close();
    }
    assertThat(pool.count()).isZero();
    Census.assertSameAs(descriptors);
  }

  private void disturb(LivePool pool, RandomProcesses processes, Random random, long end) {
    List<Session> open = new ArrayList<>();
    try {
      while (System.nanoTime() < end) {
        switch (random.nextInt(40)) {
          case 0 -> processes.killOne();
          case 1 -> restart(pool, APPS.get(random.nextInt(APPS.size())));
          case 2 -> {
            if (random.nextInt(10) == 0) {
              pool.clear();
            }
          }
          default -> request(pool, random, open);
        }
        while (open.size() > random.nextInt(3)) {
          Session session = open.remove(random.nextInt(open.size()));
          session.close();
          session.close();
        }
      }
    } catch (PoolException | InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      open.forEach(Session::close);
    }
  }

  private static void restart(LivePool pool, AppSpec app) throws PoolException {
    try {
      pool.restart(app.name());
    } catch (PoolException.NotFound e) {
      // Nobody has asked for it yet, or not for so long that it is forgotten.
    }
  }

  private void request(LivePool pool, Random random, List<Session> open)
      throws InterruptedException {
    CompletableFuture<Session> request =
        pool.request(
            APPS.get(random.nextInt(APPS.size())), Duration.ofMillis(1 + random.nextInt(40)));
    if (random.nextInt(4) == 0) {
      LockSupport.parkNanos(random.nextInt(1_000_000)); // into the moment of the grant
      if (request.cancel(false)) {
        withdrawn.incrementAndGet();
        return;
      }
    }
    try {
      open.add(request.get(10, TimeUnit.SECONDS));
      granted.incrementAndGet();
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(PoolException.class);
      refused.incrementAndGet();
    } catch (TimeoutException e) {
      throw new AssertionError("a request was never answered: " + pool.status(), e);
    }
  }

  /** What holds at every instant. */
  private static void watch(LivePool pool, long end) {
    while (System.nanoTime() < end) {
      PoolStatus status = pool.status();
      assertThat(status.count()).isLessThanOrEqualTo(LIMITS.max());
      assertThat(status.waiting()).isLessThanOrEqualTo(LIMITS.queueMax());
      List<PoolStatus.Process> all = new ArrayList<>();
      for (PoolStatus.App app : status.apps()) {
        assertThat(app.processes()).hasSizeLessThanOrEqualTo(LIMITS.maxPerApp());
        all.addAll(app.processes());
      }
      assertThat(all).hasSize(status.count());
      assertThat(all.stream().filter(process -> process.sessions() > 0).count())
          .isEqualTo(status.active());
      assertThat(all.stream().filter(process -> process.state().equals("idle")).count())
          .isEqualTo(status.inactive());
      assertThat(all).allMatch(process -> process.sessions() <= process.concurrency());
    }
  }

  private static void awaitQuiet(LivePool pool) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    PoolStatus status = pool.status();
    while (status.active() + status.waiting() + status.expecting() > 0) {
      assertThat(System.nanoTime()).as("quiet at last: %s", status).isLessThan(deadline);
      Thread.onSpinWait();
      status = pool.status();
    }
  }

  /** What the pool remembers of its requesters, which nobody else may see. */
  private static Map<?, ?> mapOf(LivePool pool, String name) throws ReflectiveOperationException {
    Field field = LivePool.class.getDeclaredField(name);
    field.setAccessible(true);
    return (Map<?, ?>) requireNonNull(field.get(pool));
  }
}
