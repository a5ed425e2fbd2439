package dev.carpool.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.PoolException;
import dev.carpool.descriptor.Connector;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connecting with a real server that cannot be reached for a while, or never again. */
@Timeout(60)
class PatientConnectIT {

  private static final int CROWD = 300;

  private final Collection<Connector.Retry> heard = new ConcurrentLinkedQueue<>();

  private RemotePool connect(ServerUnderTest server) throws PoolException {
    return RemotePool.connect(
        server.runtimeDirectory().resolve("admin.sock"),
        "test",
        Duration.ofSeconds(15),
        heard::add);
  }

  @Test
  void aServerThatStandsStillIsReachedWhenItGoesOn() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start()) {
      server.connect().close(); // it is there
      Path socket = server.runtimeDirectory().resolve("admin.sock");
      stop(server);
      List<Descriptor> crowd = crowd(socket);
      CompletableFuture<RemotePool> late = CompletableFuture.supplyAsync(() -> quietly(server));
      await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() >= 2);
      crowd.forEach(Descriptor::close);
      server.kill("CONT");
      try (RemotePool pool = late.get(20, TimeUnit.SECONDS)) {
        assertThat(pool.count()).isZero();
      }
      assertThat(heard).extracting(Connector.Retry::why).containsOnly(Errno.EAGAIN);
    }
  }

  @Test
  void aCrowdComesInWhateverTheBacklog() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start()) {
      server.connect().close();
      stop(server);
      List<Thread> threads = new ArrayList<>();
      AtomicInteger answered = new AtomicInteger();
      for (int i = 0; i < CROWD; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try (RemotePool pool = quietly(server)) {
                        pool.count();
                        answered.incrementAndGet();
                      } catch (PoolException e) {
                        throw new AssertionError(e);
                      }
                    }));
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> !heard.isEmpty());
      server.kill("CONT");
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(answered).hasValue(CROWD);
      System.out.printf("%d clients at once came in, with %d retries%n", CROWD, heard.size());
    }
  }

  /** Stops a server, and waits until all its threads stand still. */
  private static void stop(ServerUnderTest server) throws Exception {
    server.kill("STOP");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              try (Stream<Path> threads = Files.list(Path.of("/proc/" + server.pid(), "task"))) {
                return threads.allMatch(PatientConnectIT::isStopped);
              }
            });
  }

  private static boolean isStopped(Path thread) {
    try {
      return Files.readString(thread.resolve("stat")).contains(") T ");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private RemotePool quietly(ServerUnderTest server) {
    try {
      return connect(server);
    } catch (PoolException e) {
      throw new AssertionError(e);
    }
  }

  /** As many connections as the kernel takes for a server that takes none. */
  private static List<Descriptor> crowd(Path socket) throws Exception {
    List<Descriptor> crowd = new ArrayList<>();
    while (true) {
      try {
        crowd.add(UnixSocket.connect(socket));
      } catch (ErrnoException e) {
        assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
        return crowd;
      }
    }
  }

  @Test
  void aDeadServerIsNotWaitedFor() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start()) {
      server.connect().close();
      server.kill("KILL");
      await().atMost(Duration.ofSeconds(10)).until(() -> !alive(server));
      assertThat(server.runtimeDirectory().resolve("admin.sock")).exists();
      long begin = System.nanoTime();
      assertThatThrownBy(() -> connect(server))
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessageStartingWith("The pool server has gone: nobody listens on ");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
      assertThat(heard).isEmpty();
    }
  }

  private static boolean alive(ServerUnderTest server) {
    return ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false);
  }
}
