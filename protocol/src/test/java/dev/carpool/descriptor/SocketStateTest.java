package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen of a socket without reading it. */
@Timeout(30)
class SocketStateTest {

  @Nested
  class Readiness {

    private static final int READABLE = dev.carpool.descriptor.Readiness.READABLE;
    private static final int WRITABLE = dev.carpool.descriptor.Readiness.WRITABLE;
    private static final int PEER_HANG_UP = dev.carpool.descriptor.Readiness.PEER_HANG_UP;

    @Test
    void isToldWithoutWaiting() throws Exception {
      try (SocketPair pair = SocketPair.open()) {
        assertThat(pair.ours().ready(READABLE)).isZero();
        assertThat(pair.ours().ready(READABLE | WRITABLE)).isEqualTo(WRITABLE);
        assertThat(pair.theirs().write(Arena.ofAuto().allocate(1))).isEqualTo(1);
        assertThat(pair.ours().ready(READABLE | WRITABLE)).isEqualTo(READABLE | WRITABLE);
      }
    }

    @Test
    void saysThatThePeerIsGone() throws Exception {
      try (SocketPair pair = SocketPair.open()) {
        assertThat(pair.ours().ready(PEER_HANG_UP)).isZero();
        pair.theirs().close();
        assertThat(pair.ours().ready(PEER_HANG_UP) & PEER_HANG_UP).isEqualTo(PEER_HANG_UP);
      }
    }

    @Test
    void ofAClosedOneIsRefused() throws Exception {
      SocketPair pair = SocketPair.open();
      pair.close();
      assertThatThrownBy(() -> pair.ours().ready(READABLE))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> pair.ours().priority()).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Nested
  class ThePriority {

    @Test
    void isZeroOfEveryAcceptedSocketUntilSomebodyWhoHoldsItSetsIt(@TempDir Path directory)
        throws Exception {
      try (ListeningSocket unix =
              ListeningSocket.unix(directory.resolve("s"), SocketPermissions.DEFAULT);
          ListeningSocket tcp = ListeningSocket.tcp("127.0.0.1", 0);
          Descriptor _ = UnixSocket.connect(directory.resolve("s"));
          Socket _ = new Socket("127.0.0.1", tcp.port())) {
        assertIsSharedByCopies(unix);
        assertIsSharedByCopies(tcp);
      }
    }

    private static void assertIsSharedByCopies(ListeningSocket listening) throws Exception {
      try (Descriptor accepted = Objects.requireNonNull(listening.accept());
          SocketPair line = SocketPair.open()) {
        assertThat(accepted.priority()).isZero();
        assertThat(line.ours().send(Arena.ofAuto().allocate(1), accepted)).isEqualTo(1);
        Descriptor.Received received = line.theirs().receive(Arena.ofAuto().allocate(1));
        try (Descriptor copy = Objects.requireNonNull(received.descriptor())) {
          SocketOptions.set(copy.number(), SocketOptions.PRIORITY, 1);
        }
        assertThat(accepted.priority()).isEqualTo(1);
      }
    }
  }
}
