package dev.carpool.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Strings;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.StatusReport;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.NamedPipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StatusFifoIT {

  @TempDir Path temp;
  private Path path;
  private long descriptorsBefore;
  private volatile PoolStatus status = pool(1);
  private StatusFifo fifo;

  @BeforeEach
  void aFifo() throws Exception {
    path = temp.resolve("status.fifo");
    StatusFifo.open(path, () -> status).close(); // what is loaded once is no leak
    descriptorsBefore = descriptors();
    fifo = StatusFifo.open(path, () -> status);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    fifo.close();
    assertThat(thread()).isEmpty();
    assertThat(temp).isEmptyDirectory();
    assertThat(descriptors()).isEqualTo(descriptorsBefore);
  }

  @Nested
  class AReader {
    @Test
    void getsTheWholeReport() throws Exception {
      assertThat(cat()).isEqualTo(StatusReport.of(status));
    }

    @Test
    void mayBeTheOwnerAlone() throws Exception {
      assertThat(Files.getPosixFilePermissions(path))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void afterAnotherGetsTheWholeReportToo() throws Exception {
      assertThat(cat()).isEqualTo(StatusReport.of(status));
      status = pool(2);
      assertThat(cat()).isEqualTo(StatusReport.of(status));
    }

    @Test
    void canComeTwoHundredTimesInALoop() throws Exception {
      Process loop =
          new ProcessBuilder(
                  "sh", "-c", "for i in $(seq 200); do cat \"$1\"; done", "sh", "" + path)
              .start();
      String all = new String(loop.getInputStream().readAllBytes());
      assertThat(all).isEqualTo(StatusReport.of(status).repeat(200));
    }

    @Test
    void getsALongReportInOneGo() throws Exception {
      status = pool(3000);
      String report = StatusReport.of(status);
      assertThat(report.length()).isBetween(100_000, 1 << 20);
      assertThat(cat()).isEqualTo(report);
    }

    @Test
    void isToldThatAReportIsTooLongForAPipe() throws Exception {
      status = pool(200_000);
      assertThat(cat()).contains("... cut here: the report has ").endsWith("says it all\n");
    }
  }

  @Nested
  class AReaderThatMisbehaves {
    @Test
    void byNeverReadingHurtsNobody() throws Exception {
      status = pool(3000);
      try (Descriptor stuck = NamedPipe.openWithoutWaiting(path)) {
        assertThat(stuck.isOpen()).isTrue();
        awaitFreshFifo(stuck);
        assertThat(cat()).isEqualTo(StatusReport.of(status));
        assertThat(cat()).isEqualTo(StatusReport.of(status));
      }
    }

    @Test
    void byClosingAtOnceHurtsNobody() throws Exception {
      for (int i = 0; i < 50; i++) {
        NamedPipe.openWithoutWaiting(path).close();
      }
      assertThat(cat()).isEqualTo(StatusReport.of(status));
    }
  }

  @Nested
  class NoReader {
    @Test
    void costsNothing() throws Exception {
      await().until(() -> stat()[0].equals("S"));
      long before = ticks();
      Thread.sleep(300);
      assertThat(ticks()).isEqualTo(before);
    }

    @Test
    void doesNotKeepADeletedFifoFromClosing() throws Exception {
      Files.delete(path);
      long before = System.nanoTime();
      fifo.close();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void doesNotKeepTheFifoFromClosing() {
      long before = System.nanoTime();
      fifo.close();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
    }
  }

  private String cat() throws Exception {
    Process cat = new ProcessBuilder("cat", path.toString()).redirectErrorStream(true).start();
    String said = new String(cat.getInputStream().readAllBytes());
    assertThat(cat.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  /** Until the FIFO that this reader has open is no longer the one that others find. */
  private void awaitFreshFifo(Descriptor held) {
    Path mine = Path.of("/proc/self/fd/" + held.number());
    await().until(() -> !Files.isSameFile(mine, path));
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  private static List<Thread> thread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("status-fifo"))
        .toList();
  }

  /** The kernel's view of the FIFO's thread. */
  private static Path task() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks
          .filter(task -> read(task.resolve("comm")).equals("status-fifo"))
          .findAny()
          .orElseThrow();
    }
  }

  /** The fields of proc(5)'s stat from the state on. */
  private static String[] stat() throws IOException {
    return read(task().resolve("stat")).split("\\) ", 2)[1].split(" ");
  }

  private static long ticks() throws IOException {
    String[] fields = stat();
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static PoolStatus pool(int processes) {
    List<PoolStatus.Process> all =
        IntStream.rangeClosed(1, processes)
            .mapToObj(
                pid ->
                    new PoolStatus.Process(
                        pid,
                        "idle",
                        "",
                        1,
                        1,
                        0,
                        0,
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(3),
                        Duration.ZERO))
            .toList();
    PoolStatus.App app =
        new PoolStatus.App(
            Strings.repeat("a", 10),
            "/srv/a",
            1,
            0,
            Duration.ZERO,
            PoolStatus.Unserved.NONE,
            PoolStatus.Activity.NONE,
            all,
            null);
    return new PoolStatus(
        "1",
        1,
        PoolLimits.DEFAULT,
        processes,
        0,
        processes,
        0,
        0,
        Duration.ZERO,
        false,
        PoolStatus.Unserved.NONE,
        PoolStatus.Activity.NONE,
        List.of(),
        List.of(app));
  }
}
