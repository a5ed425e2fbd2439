package dev.carpool.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.ListeningSocket;
import dev.carpool.descriptor.SocketPermissions;
import dev.carpool.live.LivePool;
import dev.carpool.spawn.HelperSpawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** A pool with real processes behind two fronts, a Unix socket and a TCP port. */
final class FrontScene implements AutoCloseable {

  private static final Path HELPERS = Path.of("../spawn-helpers").toAbsolutePath().normalize();

  static final AppSpec APP = app(Path.of("src/test/apps/front"));

  private final Path directory;
  private final Census census;
  private final ListeningSocket tcp;
  final LivePool pool;
  final Front front;
  private final Front tcpFront;

  FrontScene(PoolLimits limits) throws IOException {
    this(limits, APP, Duration.ofSeconds(30));
  }

  FrontScene(PoolLimits limits, AppSpec app, Duration timeout) throws IOException {
    this(limits, app, timeout, FrontProtocol.SCGI);
  }

  /**
   * @param onTcp what is spoken on the port
   */
  FrontScene(PoolLimits limits, AppSpec app, Duration timeout, FrontProtocol onTcp)
      throws IOException {
    directory = Files.createTempDirectory("cp");
    census = Census.take();
    pool =
        new LivePool(
            limits, (listener, loop) -> new HelperSpawner(HELPERS, listener, loop), "test");
    FrontSettings settings = new FrontSettings(app, timeout, false);
    front =
        Front.open(
            ListeningSocket.unix(socket(), SocketPermissions.DEFAULT),
            FrontProtocol.SCGI,
            settings,
            pool);
    tcp = ListeningSocket.tcp("127.0.0.1", 0);
    tcpFront = Front.open(tcp, onTcp, settings, pool);
  }

  static AppSpec app(Path root) {
    return AppSpec.named("front", root.toAbsolutePath()).withCommand(List.of("/usr/bin/python3"));
  }

  Path socket() {
    return directory.resolve("x.sock");
  }

  ScgiClient unix() throws IOException {
    return ScgiClient.connect(socket());
  }

  ScgiClient tcp() throws IOException {
    return ScgiClient.connect(tcp.port());
  }

  /** Asks over the Unix socket and waits for the answer. */
  ScgiClient.Response get(String path) throws IOException {
    try (ScgiClient client = unix().send(path)) {
      return client.response();
    }
  }

  void awaitStatus(String what, Predicate<PoolStatus> there) {
    await(what)
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> there.test(pool.status()));
  }

  /** Ends all of it, and sees that nothing is left. */
  @Override
  public void close() throws IOException {
    var ignored = pool.shutDown(Duration.ZERO);
    front.close();
    tcpFront.close();
    pool.close();
    assertThat(socket()).doesNotExist();
    Files.delete(directory);
    Census.assertSameAs(census);
    assertThat(ProcessHandle.current().children()).isEmpty();
  }
}
