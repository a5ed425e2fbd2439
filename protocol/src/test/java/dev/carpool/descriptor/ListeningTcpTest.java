package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ListeningTcpTest {

  private static Census before;

  @BeforeAll
  static void count() throws IOException {
    new Socket().close(); // lets the JVM open what it keeps for its sockets
    before = Census.take();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  @Test
  void aPortThatTheKernelChoseCanBeRead() throws Exception {
    try (ListeningSocket listening = ListeningSocket.tcp("127.0.0.1", 0)) {
      assertThat(listening.port()).isBetween(1024, 65535);
      assertThat(listening).hasToString("127.0.0.1:" + listening.port());
      assertAcceptsFrom("127.0.0.1", listening);
    }
  }

  @Test
  void aNameIsLookedUp() throws Exception {
    try (ListeningSocket listening = ListeningSocket.tcp("localhost", 0)) {
      assertAcceptsFrom("localhost", listening);
    }
    assertThatThrownBy(() -> ListeningSocket.tcp("no-such-host.invalid", 0))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "there is no address for the name 'no-such-host.invalid'; name an address of this"
                + " machine, or * for all");
  }

  @Test
  void anAddressOfIpv6IsListenedOn() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this machine has no IPv6");
    try (ListeningSocket listening = ListeningSocket.tcp("::1", 0)) {
      assertThat(listening).hasToString("[::1]:" + listening.port());
      assertAcceptsFrom("::1", listening);
    }
  }

  @Test
  void theStarIsEveryAddressOfBothFamilies() throws Exception {
    try (ListeningSocket listening = ListeningSocket.tcp("*", 0)) {
      assertThat(listening).hasToString("*:" + listening.port());
      assertAcceptsFrom("127.0.0.1", listening);
      if (Files.exists(Path.of("/proc/net/if_inet6"))) {
        assertAcceptsFrom("::1", listening);
      }
    }
  }

  @Test
  void aPortThatIsTakenIsToldWithWhatToDo() throws Exception {
    try (ListeningSocket first = ListeningSocket.tcp("127.0.0.1", 0)) {
      int port = first.port();
      assertThatThrownBy(() -> ListeningSocket.tcp("127.0.0.1", port))
          .hasMessage(
              "somebody else listens on 127.0.0.1:%d already (is another server running?); 'ss"
                      .formatted(port)
                  + " -ltnp sport = :%d' shows who (EADDRINUSE)".formatted(port));
    }
  }

  @Test
  void aPortIsFreeAgainAtOnceAlthoughOldConnectionsLinger() throws Exception {
    ListeningSocket first = ListeningSocket.tcp("127.0.0.1", 0);
    int port = first.port();
    try (Socket client = new Socket("127.0.0.1", port)) {
      Objects.requireNonNull(first.accept())
          .close(); // this end closes first, so that its port lingers in TIME_WAIT
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    first.close();
    ListeningSocket.tcp("127.0.0.1", port).close();
  }

  @Test
  void anAddressOfAnotherMachineIsTold() {
    assertThatThrownBy(() -> ListeningSocket.tcp("192.0.2.1", 0))
        .hasMessage(
            "this machine has no address for 192.0.2.1:0; 'ip address' shows those it has"
                + " (EADDRNOTAVAIL)");
  }

  @Test
  void smallWritesOfAConnectionLeaveAtOnce() throws Exception {
    try (ListeningSocket listening = ListeningSocket.tcp("127.0.0.1", 0);
        Socket _ = new Socket("127.0.0.1", listening.port());
        Descriptor accepted = Objects.requireNonNull(listening.accept())) {
      assertThat(SocketOptions.noDelay(accepted.number())).isTrue();
    }
  }

  private static void assertAcceptsFrom(String host, ListeningSocket listening) throws IOException {
    assertThat(listening.accept()).isNull();
    try (Socket _ = new Socket(host, listening.port());
        Descriptor accepted = listening.accept()) {
      assertThat(accepted).isNotNull();
    }
  }
}
