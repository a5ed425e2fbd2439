package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server, which looks at its own accept queues and at one of somebody else's. */
class BacklogWatchIT {

  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir private Path directory;
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private Path config(String backlog) throws IOException {
    return Files.writeString(
        directory.resolve("carpool.toml"),
        """
        %s
        [app.plain]
        root = "%s"
        listen = ["http:127.0.0.1:0", "scgi:unix:front.sock"]
        """
            .formatted(backlog, RunningServer.APPS.resolve("plain")));
  }

  /** The line of a listener in the status. */
  private static String line(RunningServer server, String listener) throws IOException {
    return server
        .status()
        .lines()
        .filter(line -> line.strip().startsWith(listener))
        .map(line -> line.strip().replaceAll(" +", " "))
        .reduce("", String::concat);
  }

  private static void awaitLine(RunningServer server, String listener, String expected) {
    await(listener)
        .atMost(SOON)
        .untilAsserted(() -> assertThat(line(server, listener)).isEqualTo(listener + expected));
  }

  private void connect(Path socket) throws IOException {
    SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    open.add(client);
  }

  @Test
  void itsOwnAreInTheStatusAndOthersIfTheyAreNamedWithAWarningWhenFull() throws Exception {
    Path foreign = directory.resolve("foreign.sock");
    ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    open.add(other);
    other.bind(UnixDomainSocketAddress.of(foreign), 2);
    Path file = config("[backlog]\nwatch = [\"unix:" + foreign + "\", \"unix:/no/such.sock\"]");
    Path log = directory.resolve("log");

    try (RunningServer server = RunningServer.logging(file, log)) {
      Path front = directory.resolve("front.sock");
      int limit =
          Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/net/core/somaxconn")).getFirst());
      awaitLine(server, "unix:" + front, " plain 0 " + Math.min(4096, limit) + " 0 -");
      assertThat(line(server, "tcp:127.0.0.1:" + server.port())).contains(" plain 0 ");
      awaitLine(server, "unix:" + foreign, " - 0 2 0 -");

      for (int i = 0; i < 3; i++) {
        connect(foreign);
      }
      awaitLine(server, "unix:" + foreign, " - 3 2 3 -");
      await("a warning")
          .atMost(SOON)
          .until(() -> Files.readString(log).contains(foreign + " is full: 3 waiting, limit 2"));
      for (int i = 0; i < 3; i++) {
        open.add(other.accept());
      }
      awaitLine(server, "unix:" + foreign, " - 0 2 3 -");
      assertThat(Files.readString(log))
          .contains("nobody listens on unix:/no/such.sock, which [backlog] watch names");

      config("");
      server.signal("HUP");
      await("it is watched no more")
          .atMost(SOON)
          .until(() -> line(server, "unix:" + foreign).isEmpty());
      assertThat(line(server, "unix:" + front)).isNotEmpty();
    }
  }
}
