package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as new code. */
final class SourceFilesTest {

  @TempDir Path root;

  private void write(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "x");
  }

  @Test
  void aFileThatWasWrittenSinceIsNewer() throws IOException {
    write("lib/pages.py");
    assertThat(SourceFiles.newer(root, Instant.now().minusSeconds(60)))
        .endsWith("pages.py is newer");
    assertThat(SourceFiles.newer(root, Instant.now().plusSeconds(60))).isNull();
  }

  @Test
  void aFileThatWasUnpackedWithAnOldTimeIsNewerByItsChangeTime() throws IOException {
    write("wsgi.py");
    Files.setLastModifiedTime(root.resolve("wsgi.py"), FileTime.from(Instant.EPOCH));
    assertThat(SourceFiles.newer(root, Instant.now().minusSeconds(60))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tmp/restart.txt",
        "log/app.log",
        ".git/index",
        "lib/__pycache__/pages.txt",
        "node_modules/a/index.js",
        "lib/pages.pyc"
      })
  void whatAnApplicationWritesByItselfDoesNotCount(String name) throws IOException {
    write(name);
    assertThat(SourceFiles.newer(root, Instant.EPOCH)).isNull();
  }

  @Test
  void aRootThatIsCalledLikeOneOfThoseCounts() throws IOException {
    write("tmp/wsgi.py");
    assertThat(SourceFiles.newer(root.resolve("tmp"), Instant.EPOCH)).isNotNull();
  }

  @Test
  void aRootThatIsALinkIsFollowed() throws IOException {
    write("release-1/wsgi.py");
    Path current = Files.createSymbolicLink(root.resolve("current"), root.resolve("release-1"));
    assertThat(SourceFiles.newer(current, Instant.EPOCH)).isNotNull();
  }

  @Test
  void aRootThatIsNotThereIsSaid() {
    assertThat(SourceFiles.newer(root.resolve("gone"), Instant.EPOCH)).contains("cannot look");
  }
}
