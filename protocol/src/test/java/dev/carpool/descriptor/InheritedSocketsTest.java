package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class InheritedSocketsTest {

  private static final long PID = 4711;

  /** In place of systemd's 3, where the JVM has its own files; nothing comes so high by itself. */
  private static final int FIRST = 900;

  @TempDir private Path directory;

  private final Map<String, String> environment = new HashMap<>();
  private final List<Descriptor> passed = new ArrayList<>();

  @AfterEach
  void close() {
    passed.forEach(Descriptor::close);
  }

  @Nested
  class ASocket {
    @Test
    void isAdoptedByItsName() throws Exception {
      Path path = directory.resolve("blog");
      pass(UnixSocket.listen(directory.resolve("shop"), 8), UnixSocket.listen(path, 8));
      say("shop:blog");

      List<ListeningSocket> adopted = inherited().adopt("blog");

      assertThat(adopted).hasSize(1);
      try (ListeningSocket blog = adopted.get(0);
          Descriptor _ = UnixSocket.connect(path);
          Descriptor accepted = blog.accept()) {
        assertThat(accepted).isNotNull();
        assertThat(blog.accept()).as("without waiting").isNull();
        assertThat(blog.descriptor().number()).isEqualTo(FIRST + 1);
        assertThat(CLibrary.descriptorFlags(FIRST + 1)).as("close-on-exec").isEqualTo(1);
        assertThat(blog).hasToString("fd:blog");
      }
      assertThat(path).as("systemd's file").exists();
    }

    @Test
    void ofTcpKnowsItsPort() throws Exception {
      Descriptor socket = TcpSocket.listen("127.0.0.1", 0, 8);
      int port = TcpSocket.port(socket);
      pass(socket);
      say("blog");
      try (ListeningSocket blog = inherited().adopt("blog").get(0)) {
        assertThat(blog.port()).isEqualTo(port);
      }
    }

    @Test
    void mayShareItsNameWithOthersAndAllAreAdopted() throws Exception {
      pass(
          UnixSocket.listen(directory.resolve("a"), 8),
          UnixSocket.listen(directory.resolve("b"), 8),
          UnixSocket.listen(directory.resolve("c"), 8));
      say("blog:shop:blog");
      List<Integer> numbers = new ArrayList<>();
      for (ListeningSocket each : inherited().adopt("blog")) {
        numbers.add(each.descriptor().number());
        each.close();
      }
      assertThat(numbers).containsExactly(FIRST, FIRST + 2);
    }

    @Test
    void isAdoptedOnce() throws Exception {
      pass(UnixSocket.listen(directory.resolve("a"), 8));
      say("blog");
      InheritedSockets inherited = inherited();
      try (ListeningSocket _ = inherited.adopt("blog").get(0)) {
        assertThatThrownBy(() -> inherited.adopt("blog"))
            .hasMessage("the socket 'blog' of systemd is in use already");
      }
    }

    @Test
    void withoutNamesIsCalledUnknown() throws Exception {
      pass(UnixSocket.listen(directory.resolve("a"), 8));
      say("blog");
      environment.remove("LISTEN_FDNAMES");
      inherited().adopt("unknown").get(0).close();
    }

    @Test
    void thatDoesNotListenIsRefusedAndNothingIsTaken() throws Exception {
      SocketPair pair = SocketPair.open();
      pair.theirs().close();
      pass(UnixSocket.listen(directory.resolve("a"), 8), pair.ours());
      say("blog:blog");
      refuses(
          "blog",
          "what systemd passed as 'blog' (descriptor 901) is a connection, not a listening socket;"
              + " the unit must say Accept=no");
      assertThat(CLibrary.descriptorFlags(FIRST)).as("untouched").isZero();
    }

    @Test
    void thatIsNoneIsRefused() throws Exception {
      Pipe pipe = Pipe.open();
      pipe.writeEnd().close();
      pass(pipe.readEnd());
      say("blog:gone");
      refuses("blog", "what systemd passed as 'blog' (descriptor 900) is no socket (ENOTSOCK)");
      refuses("gone", "what systemd passed as 'gone' (descriptor 901) is no socket (EBADF)");
    }
  }

  @Nested
  class ANameThatIsNotThere {
    @Test
    void isToldWithThoseThatAre() {
      say("shop:wiki:shop");
      refuses(
          "blog",
          "systemd passed no socket 'blog'; it passed 'shop', 'wiki' (FileDescriptorName= of a"
              + " .socket unit)");
    }

    @Test
    void isToldWhenNothingWasPassed() {
      refuses(
          "blog",
          "there is no socket 'blog': systemd passed no sockets to this process (LISTEN_FDS is not"
              + " set)");
    }

    @Test
    void isToldWhenTheSocketsAreForAnotherProcess() {
      say("blog");
      environment.put("LISTEN_PID", "17");
      refuses(
          "blog",
          "there is no socket 'blog': systemd passed its sockets to the process 17, and this is"
              + " 4711 (LISTEN_PID); a script that starts this program must use exec");
    }

    @Test
    void isToldWhenTheEnvironmentMakesNoSense() {
      say("blog");
      environment.put("LISTEN_FDS", "2");
      refuses("blog", "there is no socket 'blog': LISTEN_FDS is 2, but LISTEN_FDNAMES has 1 names");
      environment.put("LISTEN_FDS", "-1");
      refuses(
          "blog", "there is no socket 'blog': LISTEN_FDS is '-1', which is no number of sockets");
      environment.put("LISTEN_FDS", "0");
      refuses(
          "blog",
          "there is no socket 'blog': systemd passed no sockets to this process (LISTEN_FDS is 0)");
    }
  }

  /** Puts sockets where systemd would, inheritable. */
  private void pass(Descriptor... sockets) {
    for (Descriptor each : sockets) {
      int number = FIRST + passed.size();
      assertThat(CLibrary.dup2(each.number(), number)).isEqualTo(number);
      each.close();
      passed.add(Descriptor.adopt(number));
    }
  }

  private void say(String names) {
    environment.put("LISTEN_PID", Long.toString(PID));
    environment.put("LISTEN_FDS", Integer.toString(names.split(":").length));
    environment.put("LISTEN_FDNAMES", names);
  }

  private InheritedSockets inherited() {
    return InheritedSockets.of(environment, PID, FIRST);
  }

  private void refuses(String name, String message) {
    assertThatThrownBy(() -> inherited().adopt(name))
        .isInstanceOf(IOException.class)
        .hasMessage(message);
  }
}
