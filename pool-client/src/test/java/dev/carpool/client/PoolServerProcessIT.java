package dev.carpool.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.PoolException;
import dev.carpool.channel.ChildStandardStream;
import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers started as children: the real one, and programs that fail in its place. */
@Timeout(120)
class PoolServerProcessIT {

  @TempDir private Path directory;
  private Census before;

  @BeforeEach
  void count() throws IOException {
    try (SocketPair pair = SocketPair.open()) {
      assertThat(ChildStandardStream.of(pair.ours())).isNotNull();
    }
    before = Census.take();
  }

  @AfterEach
  void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  private PoolServerProcess.Builder real() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path runtime =
        Files.createDirectories(
            directory.resolve("run"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return PoolServerProcess.command(
            java.toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.carpool.server.Main")
        .options("--runtime-dir", runtime.toString());
  }

  /** A shell script in the server's place; what follows its words is ignored by it. */
  private static PoolServerProcess.Builder script(String text) {
    return PoolServerProcess.command("sh", "-c", text);
  }

  @Nested
  class TheRealServer {

    @Test
    void answersAndEndsInOrderWhenItsSocketIsClosed() throws Exception {
      PoolServerProcess server = real().start();
      try (RemotePool pool = server.connect("test", Duration.ofSeconds(60))) {
        assertThat(pool.serverPid()).isEqualTo(server.pid());
        assertThat(pool.count()).isZero();
        assertThat(pool.setMax(3).after()).contains("3");
        assertThatThrownBy(() -> pool.setMax(-1))
            .isInstanceOf(PoolException.BadRequest.class)
            .hasMessageContaining("-1");
        assertThatThrownBy(() -> pool.get("nobody", Duration.ofSeconds(5)))
            .isInstanceOf(PoolException.NotFound.class);
        assertThatThrownBy(pool::stop).isInstanceOf(PoolException.Denied.class);
      } finally {
        assertThat(server.shutDown()).as("status; %s", server.lastLines()).isZero();
      }
    }

    @Test
    void isConnectedByManyThreads() throws Exception {
      try (PoolServerProcess server = real().start()) {
        server.connect("first", Duration.ofSeconds(60)).close();
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
          done.add(
              CompletableFuture.runAsync(
                  () -> {
                    for (int i = 0; i < 50; i++) {
                      try (RemotePool pool = server.connect("many")) {
                        assertThat(pool.active()).isZero();
                      } catch (PoolException e) {
                        throw new AssertionError(e);
                      }
                    }
                  },
                  task -> Thread.ofPlatform().start(task)));
        }
        for (CompletableFuture<Void> thread : done) {
          thread.get(60, TimeUnit.SECONDS);
        }
      }
    }
  }

  @Nested
  class AServerThatFails {

    @Test
    void isQuotedWithItsStatus() throws Exception {
      List<String> log = new CopyOnWriteArrayList<>();
      try (PoolServerProcess server =
          script("echo carpool.toml:3:1: no such key >&2; exit 78").logTo(log::add).start()) {
        assertThatThrownBy(() -> server.connect("test"))
            .isInstanceOf(PoolException.Unavailable.class)
            .hasMessage(
                "The pool server (process %d) has ended with status 78. Its last words:\n"
                        .formatted(server.pid())
                    + "  | carpool.toml:3:1: no such key");
        assertThat(server.shutDown()).isEqualTo(78);
      }
      assertThat(log).containsExactly("carpool.toml:3:1: no such key");
    }

    @Test
    void orSaysNothingIsNamedByItsProcess() throws Exception {
      try (PoolServerProcess server =
          script("exec sleep 100").shutDownWithin(Duration.ofMillis(100)).start()) {
        assertThatThrownBy(() -> server.connect("test", Duration.ofMillis(300)))
            .isInstanceOf(PoolException.Unavailable.class)
            .hasMessage(
                "The pool server gave no connection within 300 ms. It is process %d."
                    .formatted(server.pid()));
        assertThat(server.isAlive()).isTrue();
        assertThat(server.shutDown()).as("128 + TERM").isEqualTo(143);
      }
    }

    @Test
    void thatCannotBeExecutedIsRefusedByName() {
      assertThatThrownBy(() -> PoolServerProcess.command("/no/such/carpool").start())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/no/such/carpool");
    }

    @Test
    void thatIgnoresTermIsKilled() throws Exception {
      PoolServerProcess server =
          script("trap '' TERM; while :; do sleep 0.1; done")
              .shutDownWithin(Duration.ofMillis(300))
              .start();
      assertThat(server.shutDown()).as("128 + KILL").isEqualTo(137);
    }

    @Test
    void isGivenItsOptionsEnvironmentAndSocket() throws Exception {
      PoolServerProcess server =
          PoolServerProcess.command(
                  "sh", "-c", "echo \"$@\" \"$MODE\"; readlink /proc/self/fd/0", "carpool")
              .options("--max", "3")
              .environment("MODE", "test")
              .start();
      assertThat(server.shutDown()).isZero();
      await().until(() -> server.lastLines().size() == 2);
      assertThat(server.lastLines().get(0)).isEqualTo("server --server-socket-fd 0 --max 3 test");
      assertThat(server.lastLines().get(1)).startsWith("socket:[");
    }
  }
}
