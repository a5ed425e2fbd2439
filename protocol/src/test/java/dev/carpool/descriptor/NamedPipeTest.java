package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class NamedPipeTest {

  @TempDir private Path directory;

  @Test
  void itsOwnerAloneMayOpenIt() throws Exception {
    Path path = directory.resolve("status.fifo");
    NamedPipe.make(path);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(Files.isRegularFile(path)).isFalse();
  }

  @Test
  void anExistingPathIsRefusedByName() throws Exception {
    Path path = directory.resolve("taken");
    NamedPipe.make(path);
    assertThatThrownBy(() -> NamedPipe.make(path))
        .isInstanceOf(ErrnoException.class)
        .hasMessage("mkfifo " + path + " failed: EEXIST (exists already)");
  }

  @Test
  void openingForAReaderWaitsUntilThereIsOne() throws Exception {
    Path path = directory.resolve("status.fifo");
    NamedPipe.make(path);
    CompletableFuture<Descriptor> writer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return NamedPipe.openForReader(path);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(writer).isNotDone();
    try (Descriptor reader = NamedPipe.openWithoutWaiting(path);
        Descriptor written = writer.get(5, TimeUnit.SECONDS)) {
      assertThat(NamedPipe.reserve(written, 256 * 1024)).isBetween(65536, 1 << 20);
      MemorySegment bytes = Arena.ofAuto().allocate(10);
      written.writeFully(bytes);
      assertThat(reader.read(bytes)).isEqualTo(10);
      assertThat(reader.read(bytes)).isEqualTo(Descriptor.WOULD_BLOCK);
      written.close();
      assertThat(reader.read(bytes)).isEqualTo(Descriptor.END);
    }
  }

  @Test
  void aReaderThatLeavesIsNamed() throws Exception {
    Path path = directory.resolve("status.fifo");
    NamedPipe.make(path);
    Descriptor reader = NamedPipe.openWithoutWaiting(path);
    try (Descriptor writer = NamedPipe.openForReader(path)) {
      reader.close();
      assertThatThrownBy(() -> writer.writeFully(Arena.ofAuto().allocate(1)))
          .hasMessageContaining("EPIPE");
    }
  }
}
