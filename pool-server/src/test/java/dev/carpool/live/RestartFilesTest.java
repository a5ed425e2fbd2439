package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppSpec;
import dev.carpool.live.RestartFiles.Wish;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestartFilesTest {

  private static final FileTime NOON = FileTime.from(Instant.parse("2026-01-01T12:00:00Z"));

  @TempDir private Path root;

  /** Close to the overflow, which a monotonic clock may reach. */
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 100);

  private final RestartFiles files = new RestartFiles(clock::get);
  private AppSpec app;
  private Path restart;
  private Path always;

  @BeforeEach
  void application() throws IOException {
    app = AppSpec.named("blog", root);
    Files.createDirectory(root.resolve("tmp"));
    restart = root.resolve("tmp/restart.txt");
    always = root.resolve("tmp/always_restart.txt");
  }

  private boolean askedAfter(Duration time) {
    clock.addAndGet(time.toNanos());
    return files.wishOf(app) != Wish.NONE;
  }

  private boolean askedLater() {
    return askedAfter(Duration.ofSeconds(1));
  }

  private void touch(FileTime time) throws IOException {
    if (!Files.exists(restart)) {
      Files.createFile(restart);
    }
    Files.setLastModifiedTime(restart, time);
  }

  @Test
  void withoutAFileNothingIsAskedFor() {
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    assertThat(askedLater()).isFalse();
  }

  @Test
  void aRootThatIsMissingAsksForNothing() throws IOException {
    Files.delete(root.resolve("tmp"));
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    assertThat(askedLater()).isFalse();
  }

  @Test
  void aFileThatWasThereAtFirstAsksForNothing() throws IOException {
    touch(NOON);
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    assertThat(askedLater()).isFalse();
  }

  @Test
  void aNewFileAsksOnce() throws IOException {
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    touch(NOON);
    assertThat(askedLater()).isTrue();
    assertThat(askedLater()).isFalse();
    assertThat(restart).exists();
  }

  @Test
  void anotherTimeAsksOnceALaterAndAnEarlierOne() throws IOException {
    touch(NOON);
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    touch(FileTime.from(NOON.toInstant().plusSeconds(1)));
    assertThat(askedLater()).isTrue();
    touch(FileTime.from(NOON.toInstant().minusSeconds(1)));
    assertThat(askedLater()).isTrue();
    assertThat(askedLater()).isFalse();
  }

  @Test
  void anotherCtimeAsksTooThoughTheMtimeIsTheSame() throws Exception {
    touch(NOON);
    Object before = Files.getAttribute(restart, "unix:ctime");
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    while (Files.getAttribute(restart, "unix:ctime").equals(before)) {
      Files.setPosixFilePermissions(restart, PosixFilePermissions.fromString("rw-r-----"));
    }
    assertThat(Files.getLastModifiedTime(restart)).isEqualTo(NOON);

    assertThat(askedLater()).isTrue();
    assertThat(askedLater()).isFalse();
  }

  @Test
  void aDeletedFileAsksForNothingUntilItIsBack() throws IOException {
    touch(NOON);
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    Files.delete(restart);
    assertThat(askedLater()).isFalse();
    touch(NOON);
    assertThat(askedLater()).isTrue();
  }

  @Test
  void betweenTwoLooksASecondPasses() throws IOException {
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    touch(NOON);
    assertThat(askedAfter(Duration.ZERO)).isFalse();
    assertThat(askedAfter(Duration.ofMillis(999))).isFalse();
    assertThat(askedAfter(Duration.ofMillis(1))).isTrue();
    touch(FileTime.from(NOON.toInstant().plusSeconds(5)));
    assertThat(askedAfter(Duration.ofMillis(999))).isFalse();
    assertThat(askedAfter(Duration.ofMillis(1))).isTrue();
  }

  @Test
  void alwaysRestartAsksAtEachLook() throws IOException {
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    Files.createFile(always);
    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(files.wishOf(app)).isEqualTo(Wish.AT_ONCE);
    assertThat(askedAfter(Duration.ofMillis(999))).isFalse();
    assertThat(askedAfter(Duration.ofMillis(1))).isTrue();
    Files.delete(always);
    assertThat(askedLater()).isFalse();
  }

  @Test
  void eachApplicationHasFilesAndLooksOfItsOwn(@TempDir Path otherRoot) throws IOException {
    AppSpec other = AppSpec.named("shop", otherRoot);
    assertThat(files.wishOf(app)).isEqualTo(Wish.NONE);
    touch(NOON);
    clock.addAndGet(Duration.ofSeconds(1).toNanos());

    assertThat(files.wishOf(other)).isEqualTo(Wish.NONE);
    assertThat(files.wishOf(app)).isEqualTo(Wish.ROLLING);
    assertThat(files.wishOf(other)).isEqualTo(Wish.NONE);
  }
}
