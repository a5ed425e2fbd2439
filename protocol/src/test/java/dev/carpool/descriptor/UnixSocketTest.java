package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class UnixSocketTest {

  private static Census before;

  @TempDir private Path directory;

  @BeforeAll
  static void count() {
    before = Census.take();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  @Test
  void bothEndsKnowEachOther() throws Exception {
    Path path = directory.resolve("s");
    try (Descriptor listening = UnixSocket.listen(path, 8);
        Descriptor connected = UnixSocket.connect(path);
        Descriptor accepted = UnixSocket.accept(listening)) {
      int self = (int) ProcessHandle.current().pid();
      assertThat(UnixSocket.peer(accepted).pid()).isEqualTo(self);
      assertThat(UnixSocket.peer(connected).pid()).isEqualTo(self);
      assertThat(accepted.send(Arena.ofAuto().allocate(3), null)).isEqualTo(3);
      assertThat(connected.read(Arena.ofAuto().allocate(9))).isEqualTo(3);
    }
  }

  @Test
  void closingEndsTheWaitingForAConnection() throws Exception {
    Descriptor listening = UnixSocket.listen(directory.resolve("s"), 8);
    CompletableFuture<Throwable> accept = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                UnixSocket.accept(listening).close();
                accept.complete(new AssertionError("accepted"));
              } catch (IOException e) {
                accept.complete(e);
              }
            });
    listening.close();
    assertThat(accept.get(5, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
  }

  @Test
  void noSocketAndNobodyListeningAreToldApart() throws Exception {
    Path path = directory.resolve("s");
    assertThatThrownBy(() -> UnixSocket.connect(path)).hasMessageContaining("ENOENT");
    UnixSocket.listen(path, 1).close();
    assertThatThrownBy(() -> UnixSocket.connect(path)).hasMessageContaining("ECONNREFUSED");
    assertThatThrownBy(() -> UnixSocket.listen(path, 1)).hasMessageContaining("EADDRINUSE");
  }

  @Test
  void aPathThatNoAddressHoldsIsRefusedWithItsLength() {
    Path longPath = directory.resolve("x".repeat(120));
    assertThatThrownBy(() -> UnixSocket.listen(longPath, 1))
        .hasMessageContaining("is too long (at most 107)");
  }
}
