package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ListeningUnixTest {

  private static Census before;

  @TempDir private Path directory;
  private Path path;

  @BeforeAll
  static void count() {
    before = Census.take();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  @BeforeEach
  void name() {
    path = directory.resolve("x.sock");
  }

  @Nested
  class AConnection {
    @Test
    void isAcceptedBlockingAndIsNotInherited() throws Exception {
      try (ListeningSocket listening = listen();
          Descriptor client = UnixSocket.connect(path);
          Descriptor accepted = Objects.requireNonNull(listening.accept())) {
        assertThat(CLibrary.descriptorFlags(accepted.number())).isEqualTo(1);
        assertThat(CLibrary.descriptorFlags(listening.descriptor().number())).isEqualTo(1);
        assertThat(statusFlags(accepted) & 0x800).as("O_NONBLOCK").isZero();
        assertThat(client.send(Arena.ofAuto().allocate(3), null)).isEqualTo(3);
        assertThat(accepted.read(Arena.ofAuto().allocate(9))).isEqualTo(3);
      }
    }

    @Test
    void isNotWaitedFor() throws Exception {
      try (ListeningSocket listening = listen()) {
        assertThat(listening.accept()).isNull();
      }
    }

    @Test
    void mayBeOneOfMany() throws Exception {
      List<Descriptor> open = new ArrayList<>();
      try (ListeningSocket listening = listen()) {
        for (int i = 0; i < 200; i++) {
          open.add(UnixSocket.connect(path));
        }
        for (Descriptor next = listening.accept(); next != null; next = listening.accept()) {
          open.add(next);
        }
      }
      open.forEach(Descriptor::close);
      assertThat(open).hasSize(400);
    }
  }

  @Nested
  class TheFile {
    @ParameterizedTest
    @ValueSource(ints = {0, 0022, 0077, 0777})
    void isItsOwnersAloneFromTheFirstMomentWhateverTheUmask(int umask) throws Exception {
      int usual = CLibrary.umask(umask);
      try (Descriptor socket = UnixSocket.open(0)) {
        SocketFile.bindForOwner(socket, path);
        assertThat(mode(path) & ~0600).isZero();
      } finally {
        CLibrary.umask(usual);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0022, 0077, 0777})
    void hasTheModeThatIsWantedWhateverTheUmask(int umask) throws Exception {
      int usual = CLibrary.umask(umask);
      try (ListeningSocket _ =
          ListeningSocket.unix(path, new SocketPermissions(null, null, 0642))) {
        assertThat(mode(path)).isEqualTo(0642);
      } finally {
        CLibrary.umask(usual);
      }
    }

    @Test
    void hasTheOwnerAndTheGroupThatAreWanted() throws Exception {
      assumeTrue("root".equals(System.getProperty("user.name")), "only root gives files away");
      UserPrincipalLookupService users = directory.getFileSystem().getUserPrincipalLookupService();
      SocketPermissions wanted =
          new SocketPermissions(
              users.lookupPrincipalByName("12345"),
              users.lookupPrincipalByGroupName("54321"),
              0660);
      try (ListeningSocket _ = ListeningSocket.unix(path, wanted)) {
        assertThat(Files.getAttribute(path, "unix:uid")).isEqualTo(12345);
        assertThat(Files.getAttribute(path, "unix:gid")).isEqualTo(54321);
        assertThat(mode(path)).isEqualTo(0660);
      }
    }

    @Test
    void isTheOnlyOneThatIsLeftInTheFolder() throws Exception {
      try (ListeningSocket _ = listen();
          Stream<Path> files = Files.list(directory)) {
        assertThat(files).containsExactly(path);
      }
    }

    @Test
    void mayHaveTheLongestNameThereIs() throws Exception {
      int room = UnixSocket.MAX_PATH - directory.toString().length() - 1;
      Path longest = directory.resolve("x".repeat(room));
      try (ListeningSocket _ = ListeningSocket.unix(longest, SocketPermissions.DEFAULT);
          Descriptor client = UnixSocket.connect(longest)) {
        assertThat(client.isOpen()).isTrue();
      }
      assertThatThrownBy(
              () ->
                  ListeningSocket.unix(
                      directory.resolve("x".repeat(room + 1)), SocketPermissions.DEFAULT))
          .hasMessageContaining("is too long (at most 107)");
      assertThatNothingIsThere();
    }
  }

  @Nested
  class APathThatExists {
    @Test
    void isReplacedIfNobodyListensThere() throws Exception {
      UnixSocket.listen(path, 1).close();
      Object stale = inode();
      try (ListeningSocket listening = listen()) {
        assertThat(inode()).isNotEqualTo(stale);
        assertThatAConnectionArrivesAt(listening);
      }
    }

    @Test
    void isLeftAloneIfSomebodyAnswers() throws Exception {
      try (ListeningSocket first = listen()) {
        Object answering = inode();
        assertRefused("somebody else listens on " + path + " already (is another server running?)");
        assertThat(inode()).isEqualTo(answering);
        Objects.requireNonNull(first.accept()).close(); // the one that asked
        assertThatAConnectionArrivesAt(first);
      }
    }

    @Test
    void isLeftAloneIfTheBacklogOfWhoListensIsFull() throws Exception {
      try (ListeningSocket _ = ListeningSocket.unix(path, SocketPermissions.DEFAULT, 0);
          Descriptor _ = UnixSocket.connect(path)) {
        assertRefused("somebody else listens on " + path);
      }
    }

    @Test
    void isLeftAloneIfItIsNoSocket() throws Exception {
      Files.writeString(path, "precious");
      assertRefused(path + " exists and is not a socket; remove it, or name another path");
      assertThat(path).hasContent("precious");

      Files.delete(path);
      Files.createDirectory(path);
      assertRefused(path + " exists and is not a socket");

      Files.delete(path);
      Files.createSymbolicLink(path, directory.resolve("elsewhere"));
      assertRefused(path + " exists and is not a socket");
      assertThat(path).isSymbolicLink();
    }
  }

  @Nested
  class AFolder {
    @Test
    void thatIsNotThereIsToldWithWhatToDo() {
      assertThatThrownBy(() -> listen(directory.resolve("no/x.sock")))
          .hasMessage(
              "there is no folder %s for the socket; create it, or have systemd do it"
                      .formatted(directory.resolve("no"))
                  + " (RuntimeDirectory=) (ENOENT)");
    }

    @Test
    void thatIsAFileIsTold() throws Exception {
      Files.createFile(path);
      assertThatThrownBy(() -> listen(path.resolve("x.sock")))
          .hasMessage(path + " is no folder, so that no socket can be in it (ENOTDIR)");
    }

    @Test
    void inWhichNobodyMayCreateIsTold() {
      assertThatThrownBy(() -> listen(Path.of("/sys/x.sock")))
          .hasMessageMatching(
              "this user \\(\\w+\\) may not create a socket in /sys; give the user the right to"
                  + " write there, or name a path in another folder \\(E\\w+\\)");
    }
  }

  @Nested
  class Closing {
    @Test
    void removesTheFile() throws Exception {
      listen().close();
      assertThatNothingIsThere();
    }

    @Test
    void twiceIsHarmless() throws Exception {
      ListeningSocket listening = listen();
      listening.close();
      try (ListeningSocket _ = listen()) {
        listening.close();
        assertThat(path).exists();
      }
    }

    @Test
    void leavesAFileThatIsSomebodyElsesByNow() throws Exception {
      ListeningSocket first = listen();
      Files.delete(path);
      try (ListeningSocket second = listen()) {
        first.close();
        assertThatAConnectionArrivesAt(second);
      }
    }

    @Test
    void afterTheFileWasRemovedIsHarmless() throws Exception {
      ListeningSocket listening = listen();
      Files.delete(path);
      listening.close();
      assertThat(listening.descriptor().isOpen()).isFalse();
    }
  }

  private ListeningSocket listen() throws IOException {
    return listen(path);
  }

  private static ListeningSocket listen(Path path) throws IOException {
    return ListeningSocket.unix(path, SocketPermissions.DEFAULT);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(this::listen)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(message);
    assertThat(directory).isDirectoryNotContaining(file -> !file.equals(path));
  }

  private void assertThatAConnectionArrivesAt(ListeningSocket listening) throws IOException {
    try (Descriptor _ = UnixSocket.connect(path);
        Descriptor accepted = listening.accept()) {
      assertThat(accepted).isNotNull();
    }
  }

  private void assertThatNothingIsThere() {
    assertThat(directory).isEmptyDirectory();
  }

  private Object inode() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
  }

  private static int statusFlags(Descriptor descriptor) throws IOException {
    String info = Files.readString(Path.of("/proc/self/fdinfo/" + descriptor.number()));
    return info.lines()
        .filter(line -> line.startsWith("flags:"))
        .mapToInt(line -> Integer.parseInt(line.substring(6).trim(), 8))
        .findAny()
        .orElseThrow();
  }
}
