package dev.carpool.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.collect.ImmutableMap;
import dev.carpool.descriptor.UserDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeDirectoryTest {

  private static final int ROOT = 0;
  private static final int SOMEBODY = 1000;

  private static final ImmutableMap<String, String> ALL =
      ImmutableMap.of(
          "CARPOOL_RUNTIME_DIR",
          "/srv/named",
          "XDG_RUNTIME_DIR",
          "/run/user/1000",
          "HOME",
          "/home/a");

  @TempDir Path temp;

  @Nested
  class IsFound {
    @Test
    void whereTheOptionSaysBeforeAllElse() throws IOException {
      assertThat(RuntimeDirectory.find(Path.of("/srv/x/../option"), ALL, ROOT).path())
          .isEqualTo(Path.of("/srv/option"));
    }

    @Test
    void whereItsVariableSaysEvenForRoot() throws IOException {
      assertThat(RuntimeDirectory.find(null, ALL, ROOT).path()).isEqualTo(Path.of("/srv/named"));
    }

    @Test
    void inRunForRoot() throws IOException {
      assertThat(RuntimeDirectory.find(null, without("CARPOOL_RUNTIME_DIR"), ROOT).path())
          .isEqualTo(Path.of("/run/carpool"));
    }

    @Test
    void inTheSessionsDirectoryForOthers() throws IOException {
      assertThat(RuntimeDirectory.find(null, without("CARPOOL_RUNTIME_DIR"), SOMEBODY).path())
          .isEqualTo(Path.of("/run/user/1000/carpool"));
    }

    @Test
    void inTheCacheOfTheHomeWhenThereIsNoSession() throws IOException {
      Map<String, String> environment =
          ImmutableMap.of("CARPOOL_RUNTIME_DIR", " ", "XDG_RUNTIME_DIR", "", "HOME", "/home/a");
      assertThat(RuntimeDirectory.find(null, environment, SOMEBODY).path())
          .isEqualTo(Path.of("/home/a/.cache/carpool"));
    }

    @Test
    void nowhereWithoutAnyOfThese() {
      assertThatThrownBy(() -> RuntimeDirectory.find(null, Map.of(), SOMEBODY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("neither CARPOOL_RUNTIME_DIR nor XDG_RUNTIME_DIR nor HOME")
          .hasMessageContaining("--runtime-dir");
    }

    private Map<String, String> without(String variable) {
      return Map.of(variable, "", "XDG_RUNTIME_DIR", "/run/user/1000", "HOME", "/home/a");
    }
  }

  @Nested
  class IsMade {
    @Test
    void withItsParentsForItsOwnerAlone() throws IOException {
      RuntimeDirectory made = at(temp.resolve("a/b/carpool")).create();

      assertThat(permissions(made.path())).isEqualTo("rwx------");
      assertThat(permissions(temp.resolve("a"))).isEqualTo("rwx------");
      assertThat(made.adminSocket()).isEqualTo(temp.resolve("a/b/carpool/admin.sock"));
      assertThat(made.statusFifo()).isEqualTo(temp.resolve("a/b/carpool/status.fifo"));
    }

    @Test
    void onceAndUsedAgainLater() throws IOException {
      at(temp.resolve("carpool")).create();
      at(temp.resolve("carpool")).create();
    }

    @Test
    void andIsServedWhileSomebodyHoldsItsLock() throws Exception {
      RuntimeDirectory directory = at(temp.resolve("carpool")).create();
      assertThat(directory.isServed()).isFalse();
      try (RuntimeDirectory.Lock _ = directory.lock()) {
        assertThat(directory.isServed()).isTrue();
        assertThat(at(directory.path()).isServed()).isTrue();
      }
      assertThat(directory.isServed()).as("the file stays, nobody holds it").isFalse();

      Process other =
          new ProcessBuilder(
                  "python3",
                  "-c",
                  """
                  import fcntl, sys
                  f = open(sys.argv[1], "r+")
                  fcntl.lockf(f, fcntl.LOCK_EX)
                  print("held", flush=True)
                  sys.stdin.read()
                  """,
                  directory.path().resolve("lock").toString())
              .start();
      assertThat(other.inputReader().readLine()).isEqualTo("held");
      assertThat(directory.isServed()).isTrue();
      other.destroyForcibly().waitFor();
      assertThat(directory.isServed()).as("the kernel took it from the dead").isFalse();
    }

    @Test
    void andOpenedForAGroupUntilTheNextServer() throws IOException {
      RuntimeDirectory directory = at(temp.resolve("carpool")).create();
      long own = UserDatabase.effectiveGid();

      directory.admit(OptionalLong.of(own));
      assertThat(permissions(directory.path())).isEqualTo("rwx--x---");
      assertThat(Files.getAttribute(directory.path(), "unix:gid")).isEqualTo((int) own);
      directory.create();
      assertThat(permissions(directory.path())).isEqualTo("rwx------");
    }

    @Test
    void notWhereOthersCouldEnter() throws IOException {
      Path open = Files.createDirectory(temp.resolve("open"));
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));

      assertThatThrownBy(() -> at(open).create())
          .hasMessage(
              "%s can be entered by others (rwxr-x---); do `chmod 700 %s` or choose another with --runtime-dir",
              open, open);
    }

    @Test
    void notInADirectoryOfAnotherUser() throws IOException {
      Path foreign = Files.createDirectory(temp.resolve("foreign"));
      Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwx------"));
      assumeThat(Files.getAttribute(temp, "unix:uid")).as("only root can give away").isEqualTo(0);
      Files.setAttribute(foreign, "unix:uid", 12345);

      assertThatThrownBy(() -> at(foreign).create())
          .hasMessage(
              "%s belongs to 12345, not to this user; choose another with --runtime-dir", foreign);
    }

    @Test
    void notInPlaceOfALinkOrAFile() throws IOException {
      Path link = Files.createSymbolicLink(temp.resolve("link"), temp);
      Path file = Files.createFile(temp.resolve("file"));

      assertThatThrownBy(() -> at(link).create()).hasMessageContaining("is not a directory");
      assertThatThrownBy(() -> at(file).create()).hasMessageContaining("is not a directory");
      assertThatThrownBy(() -> at(file.resolve("in")).create())
          .hasMessageContaining("cannot make the runtime directory");
    }

    @Test
    void notWhereASocketsPathWouldBeTooLong() {
      Path tooLong = temp.resolve("x".repeat(107 - temp.toString().length() - 12 + 1));

      assertThatThrownBy(() -> at(tooLong).create())
          .hasMessageContaining(
              "is too long for a socket: 108 bytes, but at most 107 are possible");
      assertThat(tooLong).doesNotExist();
    }

    @Test
    void whereASocketsPathJustFits() throws IOException {
      at(temp.resolve("x".repeat(107 - temp.toString().length() - 12))).create();
    }
  }

  @Nested
  class IsLocked {
    @Test
    void soThatASecondServerIsToldWhoHasIt() throws IOException {
      RuntimeDirectory directory = at(temp.resolve("carpool")).create();
      try (RuntimeDirectory.Lock lock = directory.lock()) {
        assertThat(lock).isNotNull();
        assertThatThrownBy(directory::lock)
            .hasMessage(
                "Carpool (pid %d) runs already in %s; choose another with --runtime-dir",
                ProcessHandle.current().pid(), directory.path());
      }
    }

    @Test
    void andFreeAgainAfterwards() throws IOException {
      RuntimeDirectory directory = at(temp.resolve("carpool")).create();
      directory.lock().close();
      RuntimeDirectory.Lock second = directory.lock();
      second.close();
      second.close();
    }

    @Test
    void andWhatADeadServerLeftIsRemoved() throws IOException {
      RuntimeDirectory directory = at(temp.resolve("carpool")).create();
      Files.createFile(directory.adminSocket());
      Files.createFile(directory.statusFifo());

      try (RuntimeDirectory.Lock lock = directory.lock()) {
        assertThat(lock).isNotNull();
        assertThat(directory.adminSocket()).doesNotExist();
        assertThat(directory.statusFifo()).doesNotExist();
      }
    }

    @Test
    void butWhatALivingServerMadeStays() throws IOException {
      RuntimeDirectory directory = at(temp.resolve("carpool")).create();
      try (RuntimeDirectory.Lock lock = directory.lock()) {
        assertThat(lock).isNotNull();
        Files.createFile(directory.adminSocket());
        assertThatThrownBy(directory::lock).isInstanceOf(IOException.class);
        assertThat(directory.adminSocket()).exists();
      }
      assertThat(directory.adminSocket()).doesNotExist();
    }
  }

  private static RuntimeDirectory at(Path path) throws IOException {
    return RuntimeDirectory.find(path, Map.of(), SOMEBODY);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
