package dev.carpool.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files: what is opened, what is refused, what a full disk does. */
class LogFileIT {

  @TempDir private Path directory;
  private Path path;

  @BeforeEach
  void name() {
    path = directory.resolve("app.log");
  }

  @AfterEach
  void nothingIsLeftOpen() throws IOException {
    assertThat(timesOpen()).isZero();
  }

  private long timesOpen() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(this::isOurs).count();
    }
  }

  private boolean isOurs(Path link) {
    try {
      return Files.readSymbolicLink(link).startsWith(directory);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private static int write(LogFile log, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return log.write(bytes, bytes.length);
  }

  @Nested
  class Opening {

    @Test
    void aNewFileIsForItsOwnerAndGroup() throws IOException {
      try (LogFile log = LogFile.open(path)) {
        assertThat(write(log, "one\n")).isEqualTo(4);
      }
      assertThat(path).hasContent("one\n");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isIn("rw-r-----", "rw-------");
    }

    @Test
    void whatIsThereStaysThere() throws IOException {
      Files.writeString(path, "before\n");
      try (LogFile log = LogFile.open(path)) {
        write(log, "after\n");
      }
      assertThat(path).hasContent("before\nafter\n");
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws IOException {
      Path secret = Files.writeString(directory.resolve("secret"), "");
      Files.createSymbolicLink(path, secret);
      assertThatThrownBy(() -> LogFile.open(path))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("the log " + path + " cannot be opened: open failed: ELOOP");
      assertThat(secret).isEmptyFile();
    }

    @Test
    void aFifoIsNotWaitedForAndADeviceIsNoLog() throws Exception {
      assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
      assertThatThrownBy(() -> LogFile.open(path)).hasMessageContaining("ENXIO");
      assertThatThrownBy(() -> LogFile.open(Path.of("/dev/null")))
          .hasMessage("the log /dev/null cannot be opened: it is no regular file");
      assertThatThrownBy(() -> LogFile.open(directory)).hasMessageContaining("EISDIR");
    }
  }

  @Nested
  class Sharing {

    private final LogFiles files = new LogFiles(LogFormat.TEXT);

    @Test
    void onePathIsOpenOnceUntilTheLastOneReleasesIt() throws IOException {
      LogFile one = files.hold(path);
      LogFile two = files.hold(directory.resolve("x/../app.log"));
      assertThat(two).isSameAs(one);
      assertThat(timesOpen()).isEqualTo(1);
      files.release(one);
      assertThat(timesOpen()).isEqualTo(1);
      files.release(two);
      assertThat(timesOpen()).isZero();
      assertThat(write(one, "too late\n")).isZero();
    }

    @Test
    void reopeningAfterARenameMakesANewFile() throws IOException {
      LogFile log = files.hold(path);
      write(log, "old\n");
      Files.move(path, directory.resolve("app.log.1"));
      write(log, "still old\n");
      files.reopen();
      write(log, "new\n");
      files.release(log);
      files.reopen();
      assertThat(directory.resolve("app.log.1")).hasContent("old\nstill old\n");
      assertThat(path).hasContent("new\n");
    }

    @Test
    void oneThatCannotBeOpenedTakesNothingUntilItIsReopened() throws IOException {
      Path folder = directory.resolve("later");
      LogFile log = files.hold(folder.resolve("app.log"));
      assertThat(write(log, "one\n")).isZero();
      Files.createDirectory(folder);
      assertThat(write(log, "two\n")).isZero();
      files.reopen();
      assertThat(write(log, "three\n")).isEqualTo(6);
      files.release(log);
      assertThat(folder.resolve("app.log")).hasContent("three\n");
    }
  }

  @Test
  void aFullDiskTakesWhatItCanAndGoesOnWithAWholeLineLater() throws Exception {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "mounting is root's");
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", directory.toString())
            .start();
    Assumptions.assumeTrue(mount.waitFor() == 0, "mounting is not allowed here");
    try (LogFile log = LogFile.open(path)) {
      Path ballast = Files.write(directory.resolve("ballast"), new byte[4096]);
      String line = "x".repeat(999) + "\n";
      assertThat(write(log, line.repeat(5))).isEqualTo(4096);
      assertThat(write(log, line)).as("until somebody has it tried again").isZero();
      Files.delete(ballast);
      log.reopen();
      assertThat(write(log, "again\n")).isEqualTo(6);
      assertThat(Files.readAllLines(path))
          .hasSize(6)
          .last()
          .as("after the half line")
          .isEqualTo("again");
    } finally {
      new ProcessBuilder("umount", directory.toString()).start().waitFor();
    }
  }
}
