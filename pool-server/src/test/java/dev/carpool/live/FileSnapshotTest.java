package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as a change while an application is developed. */
final class FileSnapshotTest {

  @TempDir Path root;

  private FileSnapshot before;

  @BeforeEach
  void anApplication() throws IOException {
    write("wsgi.py", "x");
    write("lib/pages.py", "x");
    before = FileSnapshot.of(root);
  }

  private Path write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private @Nullable String change() {
    return before.changeTo(FileSnapshot.of(root), root);
  }

  @Test
  void nothingIsNoChange() {
    assertThat(change()).isNull();
    assertThat(before.isWhole()).isTrue();
  }

  @Test
  void aFileThatWasWrittenIsNamedAsTheRootSeesIt() throws IOException {
    write("lib/pages.py", "other");
    assertThat(change()).isEqualTo("lib/pages.py has changed");
  }

  @Test
  void aFileThatWasReplacedByOneWithItsTimeAndSizeHasChanged() throws IOException {
    Path file = root.resolve("wsgi.py");
    FileTime time = Files.getLastModifiedTime(file);
    Files.move(write("tmp/new", "y"), file, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(file, time);
    assertThat(change()).isEqualTo("wsgi.py has changed");
  }

  @Test
  void aFileThatCameToBeReadableHasChanged() throws IOException {
    Files.setPosixFilePermissions(
        root.resolve("wsgi.py"), PosixFilePermissions.fromString("rw-r-----"));
    before = FileSnapshot.of(root);
    Files.setPosixFilePermissions(
        root.resolve("wsgi.py"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(change()).isEqualTo("wsgi.py has changed");
  }

  @Test
  void aNewFileAndADeletedOneAreChanges() throws IOException {
    write("models.py", "x");
    assertThat(change()).isEqualTo("models.py is new");
    Files.delete(root.resolve("models.py"));
    Files.delete(root.resolve("lib/pages.py"));
    assertThat(change()).isEqualTo("lib/pages.py is gone");
  }

  @Test
  void ofSeveralTheFirstIsNamedAndTheOthersAreCounted() throws IOException {
    write("a.py", "x");
    write("wsgi.py", "other");
    Files.delete(root.resolve("lib/pages.py"));
    assertThat(change()).isEqualTo("a.py is new (and 2 more)");
  }

  @Test
  void aLinkedFileIsWatchedWhereItIs(@TempDir Path elsewhere) throws IOException {
    Path shared = Files.writeString(elsewhere.resolve("settings.py"), "x");
    Files.createSymbolicLink(root.resolve("settings.py"), shared);
    Files.createSymbolicLink(root.resolve("around"), root);
    before = FileSnapshot.of(root);
    assertThat(before.files()).hasSize(3);
    Files.writeString(shared, "other");
    assertThat(change()).isEqualTo("settings.py has changed");
  }

  @Test
  void aRootThatIsALinkIsFollowedToWhereItLeadsNow(@TempDir Path other) throws IOException {
    Files.createDirectories(other.resolve("lib"));
    Files.writeString(other.resolve("wsgi.py"), "x");
    Files.writeString(other.resolve("lib/pages.py"), "x");
    Path current = Files.createSymbolicLink(other.resolve("current"), root);
    before = FileSnapshot.of(current);
    Files.delete(current);
    Files.createSymbolicLink(current, other);
    assertThat(before.changeTo(FileSnapshot.of(current), current))
        .isEqualTo("lib/pages.py has changed (and 1 more)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tmp/restart.txt",
        "log/app.log",
        ".git/index",
        "lib/__pycache__/pages.txt",
        "node_modules/a/index.js",
        "lib/pages.pyc",
        "public/style.css",
        "data/guestbook.db",
        "db.sqlite3",
        "db.sqlite3-journal",
        "lib/.pages.py.swp",
        "lib/pages.py~",
        "lib/#pages.py#",
        ".idea/workspace.xml",
        "debug.log"
      })
  void whatIsWrittenByTheWayIsNoChange(String name) throws IOException {
    write(name, "x");
    assertThat(change()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {".env", "lib/public/__init__.py", "templates/base.html", "Makefile"})
  void whatAProcessMayReadIsAChange(String name) throws IOException {
    write(name, "x");
    assertThat(change()).isEqualTo(name + " is new");
  }

  @Test
  void aVirtualEnvironmentIsLeftOutUnderWhateverName() throws IOException {
    write("python/pyvenv.cfg", "x");
    write("python/lib/flask.py", "x");
    assertThat(change()).isNull();
  }

  @Test
  void aRootThatIsGoneHasLostItsFiles() {
    assertThat(before.changeTo(FileSnapshot.of(root.resolve("gone")), root))
        .isEqualTo("lib/pages.py is gone (and 1 more)");
  }

  @Test
  void readingIsNoChange() throws IOException {
    Files.readString(root.resolve("wsgi.py"));
    assertThat(change()).isNull();
  }

  @Test
  void ofTooManyFilesThoseNearTheRootAreWatched() throws IOException {
    for (int i = 0; i < FileSnapshot.MOST; i++) {
      write("lib/data/" + i, "");
    }
    before = FileSnapshot.of(root);
    assertThat(before.isWhole()).isFalse();
    assertThat(before.files()).hasSize(FileSnapshot.MOST - 2); // two are folders
    write("lib/pages.py", "other");
    assertThat(change()).isEqualTo("lib/pages.py has changed");
  }
}
