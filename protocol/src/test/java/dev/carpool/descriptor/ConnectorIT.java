package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connecting to listeners that are full, late or dead. */
@Timeout(30)
class ConnectorIT {

  private static Census before;

  @TempDir private Path directory;

  private final List<Connector.Retry> heard = new ArrayList<>();

  @BeforeAll
  static void count() {
    before = Census.take();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  private Connector connector(Connector.Listener listener) {
    return new Connector(directory.resolve("s"), listener, heard::add);
  }

  /** Fills the backlog of a listener for 1, which the kernel takes 2 for. */
  private List<Descriptor> full(Path path) throws IOException {
    List<Descriptor> connected = new ArrayList<>();
    connected.add(UnixSocket.connect(path));
    connected.add(UnixSocket.connect(path));
    assertThatThrownBy(() -> UnixSocket.connect(path)).hasMessageContaining("EAGAIN");
    return connected;
  }

  private static CompletableFuture<Descriptor> inBackground(Connector connector, Duration within) {
    CompletableFuture<Descriptor> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                result.complete(connector.connect(within));
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  @Test
  void aFullBacklogIsTriedAgainUntilThereIsRoom() throws Exception {
    Path path = directory.resolve("s");
    try (Descriptor listening = UnixSocket.listen(path, 1)) {
      List<Descriptor> others = full(path);
      Connector connector =
          connector(
              () -> {
                throw new AssertionError("a full backlog is a sign of life");
              });
      CompletableFuture<Descriptor> late = inBackground(connector, Duration.ofSeconds(10));
      while (connector.retries() == 0) {
        Thread.onSpinWait();
      }
      UnixSocket.accept(listening).close();
      try (Descriptor socket = late.get(5, TimeUnit.SECONDS)) {
        assertThat(UnixSocket.peer(socket).pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(waits(socket)).isTrue();
      }
      assertThat(heard)
          .first()
          .hasToString(
              "the backlog of %s is full: somebody listens and does not accept; retry 1 in 100 ms"
                  .formatted(path));
      assertThat(connector.retries()).isEqualTo(heard.size());
      others.forEach(Descriptor::close);
    }
  }

  @Test
  void aBacklogThatStaysFullIsWaitedForUntilTheDeadlineAndNoLonger() throws Exception {
    Path path = directory.resolve("s");
    try (Descriptor _ = UnixSocket.listen(path, 1)) {
      List<Descriptor> others = full(path);
      long begin = System.nanoTime();
      assertThatThrownBy(() -> connector(() -> true).connect(Duration.ofMillis(500)))
          .isInstanceOfSatisfying(
              UnreachableException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN))
          .hasMessageMatching(
              "the backlog of .* is full: somebody listens and does not accept \\(4 tries in .* ms\\)");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(ms(500), ms(1500));
      assertThat(heard).extracting(Connector.Retry::why).containsOnly(Errno.EAGAIN).hasSize(3);
      others.forEach(Descriptor::close);
    }
  }

  @Test
  void aSocketThatAppearsLaterIsFound() throws Exception {
    Path path = directory.resolve("s");
    Connector connector = connector(() -> true);
    CompletableFuture<Descriptor> late = inBackground(connector, Duration.ofSeconds(10));
    while (connector.retries() == 0) {
      Thread.onSpinWait();
    }
    try (Descriptor _ = UnixSocket.listen(path, 1);
        Descriptor _ = late.get(5, TimeUnit.SECONDS)) {
      assertThat(heard).first().asString().startsWith("there is no socket " + path + "; retry 1");
    }
  }

  @Test
  void whoIsDeadIsNotWaitedFor() throws Exception {
    Path path = directory.resolve("s");
    Process process = new ProcessBuilder("sleep", "60").start();
    try (Descriptor pidfd = ProcessDescriptor.open(process.pid())) {
      UnixSocket.listen(path, 1).close(); // the file of a server that is gone
      Connector connector = connector(Connector.Listener.process(pidfd));
      CompletableFuture<Descriptor> late = inBackground(connector, Duration.ofSeconds(20));
      while (connector.retries() == 0) {
        Thread.onSpinWait();
      }
      process.destroyForcibly();
      assertThat(late)
          .failsWithin(5, TimeUnit.SECONDS)
          .withThrowableThat()
          .withMessageContaining("nobody listens on " + path);
      process.waitFor();
      heard.clear();
      assertThatThrownBy(() -> connector.connect(Duration.ofSeconds(20)))
          .isInstanceOfSatisfying(
              UnreachableException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED))
          .hasMessage("nobody listens on " + path);
      assertThat(heard).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whatWaitingCannotMendIsSaidAtOnce() {
    assertThatThrownBy(
            () ->
                new Connector(Path.of("/dev/null/s"), () -> true, heard::add)
                    .connect(Duration.ofSeconds(20)))
        .hasMessage("cannot connect to /dev/null/s: ENOTDIR (not a directory)");
    assertThat(heard).isEmpty();
  }

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  /** O_NONBLOCK, where the kernel shows it. */
  private static boolean waits(Descriptor socket) throws IOException {
    String info = Files.readString(Path.of("/proc/self/fdinfo/" + socket.number()));
    Matcher flags = Pattern.compile("flags:\\s*([0-7]+)").matcher(info);
    assertThat(flags.find()).isTrue();
    return (Integer.parseInt(flags.group(1), 8) & 04000) == 0;
  }
}
