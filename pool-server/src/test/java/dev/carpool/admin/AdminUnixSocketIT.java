package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.LogEar;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminUnixSocketIT {

  @TempDir Path temp;

  private static String ask(Path socket, String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
      return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    }
  }

  private OpenAdmin open(Path socket) throws IOException {
    return new OpenAdmin(temp, UnixDomainSocketAddress.of(socket));
  }

  @Test
  void itsOwnerAloneConnectsAndIsNamedInTheAudit() throws Exception {
    Path socket = temp.resolve("admin-http.sock");
    try (OpenAdmin admin = open(socket);
        LogEar log = LogEar.listening()) {
      assertThat(admin.listener.url()).isEqualTo("unix:" + socket);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
      assertThat(
              ask(socket, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
          .endsWith("ok\n");

      String answer =
          ask(
              socket,
              "POST /limits/max HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n"
                  + admin.authorization()
                  + "\r\n\r\n3");

      assertThat(answer).endsWith("max: 6 -> 3 (5 running, 2 to drain)\n");
      assertThat(log.lines())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains(
                          "audit page over a Unix socket by %s, with the token: max"
                              .formatted(System.getProperty("user.name"))));
    }
    assertThat(socket).doesNotExist();
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aStaleSocketIsReplacedAndALivingOneIsNot() throws Exception {
    Path socket = temp.resolve("s");
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(socket));
      assertThatThrownBy(() -> open(socket))
          .hasMessageContaining("somebody else listens on " + socket);
    }
    try (OpenAdmin admin = open(socket)) {
      assertThat(admin.listener.url()).endsWith("s");
    }
    Files.writeString(socket, "a file");
    assertThatThrownBy(() -> open(socket)).hasMessageContaining("is not a socket");
    assertThat(socket).hasContent("a file");
    assertThatThrownBy(() -> open(temp.resolve("none/s"))).hasMessageContaining("no folder");
  }
}
