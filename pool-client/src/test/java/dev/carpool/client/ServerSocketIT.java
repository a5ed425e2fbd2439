package dev.carpool.client;

import static dev.carpool.client.ServerUnderTest.serverCommand;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a server says that was not given a server socket. */
class ServerSocketIT {

  private final Path runtimeDirectory = ServerUnderTest.newRuntimeDirectory();

  @Test
  void aNumberThatIsNotOpen() throws Exception {
    assertRefused(57, "", "descriptor 57 is not open");
  }

  @Test
  void theDefaultNumberWhenNothingWasGiven() throws Exception {
    // A JVM has opened a file of its own as number 3 by then.
    assertRefused(3, "3<&-", "descriptor 3 is not a socket");
  }

  @Test
  void aNumberThatTheServerWouldSoonHaveGivenToASocketOfItsOwn() throws Exception {
    int ownSocket;
    try (ServerUnderTest other = ServerUnderTest.start();
        RemotePool client = other.connect()) {
      assertThat(client.count()).isZero();
      ownSocket = ServerCensus.sockets(other.pid()).getLast();
    }
    assertRefused(ownSocket, "", "descriptor " + ownSocket + " is not");
  }

  @Test
  void aFile() throws Exception {
    assertRefused(7, "7</etc/passwd", "descriptor 7 is not a socket");
  }

  @Test
  void aTcpSocket() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefused(
          7,
          "7<>/dev/tcp/127.0.0.1/" + listening.getLocalPort(),
          "descriptor 7 is a socket, but not a Unix stream socket");
    }
  }

  @Test
  void aListeningSocket() throws Exception {
    assertRefusedFromPython(
        "import socket as s; l = s.socket(s.AF_UNIX); l.bind(''); l.listen()",
        "descriptor 3 is a listening socket");
  }

  @Test
  void aUnixSocketThatIsConnectedToNothing() throws Exception {
    assertRefusedFromPython(
        "import socket as s; l = s.socket(s.AF_UNIX)", "descriptor 3 is not connected");
  }

  @Test
  void aDatagramSocket() throws Exception {
    assertRefusedFromPython(
        "import socket as s; l, m = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM)",
        "descriptor 3 is a socket, but not a Unix stream socket");
  }

  private void assertRefused(int descriptor, String redirection, String why) throws Exception {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("bash", "-c", "exec \"$@\" " + redirection, "bash"));
    words.addAll(serverCommand(descriptor, runtimeDirectory));
    assertRefused(words, why);
  }

  private void assertRefusedFromPython(String makeSocket, String why) throws Exception {
    List<String> words = new ArrayList<>();
    String program =
        makeSocket
            + "; import os, sys; os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,"
            + " file_actions=[(os.POSIX_SPAWN_DUP2, l.fileno(), 3)]);"
            + " sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))";
    words.addAll(List.of("python3", "-c", program));
    words.addAll(serverCommand(3, runtimeDirectory));
    assertRefused(words, why);
  }

  private void assertRefused(List<String> words, String why) throws Exception {
    Process server = new ProcessBuilder(words).redirectErrorStream(true).start();
    server.getOutputStream().close();
    String said = new String(server.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(server.waitFor()).as(said).isEqualTo(1);
    assertThat(said.lines())
        .singleElement()
        .asString()
        .startsWith("carpool: " + why)
        .contains("carpool serve");
    assertThat(Files.exists(runtimeDirectory.resolve("admin.sock"))).isFalse();
  }
}
