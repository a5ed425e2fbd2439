package dev.carpool.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerNameTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unix:/run/x.sock",
        "unix:@abstract",
        "tcp:80",
        "tcp:127.0.0.1:80",
        "tcp:[::1]:80"
      })
  void isWrittenAsItIsRead(String word) {
    assertThat(ListenerName.parse(word)).hasToString(word);
  }

  @Test
  void mayHaveAStarForAnyAddress() {
    assertThat(ListenerName.parse("tcp:*:80")).isEqualTo(ListenerName.parse("tcp:80"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /run/x.sock           | write unix:/run/x.sock
          @abstract             | write unix:@abstract
          80                    | write tcp:80
          127.0.0.1:80          | write tcp:127.0.0.1:80
          http:127.0.0.1:80     | write tcp:127.0.0.1:80
          scgi:unix:/run/x.sock | write unix:/run/x.sock
          tcp:::1:80            | write tcp:[::1]:80
          tcp:localhost:80      | is no address, and names are not looked up
          tcp:0                 | there is no port 0
          tcp:65536             | there is no port 65536
          tcp:http              | write unix:/PATH, unix:@ABSTRACT, tcp:PORT
          unix:x.sock           | begins with /
          unix:@                | begins with /
          unix:/run/            | does not end with it
          nginx                 | write unix:/PATH, unix:@ABSTRACT, tcp:PORT
          """)
  void isRefusedWithWhatWasProbablyMeant(String word, String message) {
    assertThatThrownBy(() -> ListenerName.parse(word))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + word + "' names no listener: ")
        .hasMessageContaining(message);
  }

  @Nested
  class AmongAllListeners {

    @TempDir Path temp;

    @Test
    void isAnyAddressOfAPortOrOne() {
      AcceptQueue four = queue(new ListenerAddress.Tcp(InetAddress.ofLiteral("0.0.0.0"), 80));
      AcceptQueue six = queue(new ListenerAddress.Tcp(InetAddress.ofLiteral("::"), 80));
      AcceptQueue other = queue(new ListenerAddress.Tcp(InetAddress.ofLiteral("::"), 8080));
      List<AcceptQueue> all = List.of(four, six, other);

      assertThat(ListenerName.parse("tcp:80").among(all)).containsExactly(four, six);
      assertThat(ListenerName.parse("tcp:[::]:80").among(all)).containsExactly(six);
      assertThat(ListenerName.parse("tcp:[::1]:80").among(all)).isEmpty();
    }

    @Test
    void isTheUnixSocketBoundToTheName() {
      AcceptQueue bound = queue(new ListenerAddress.Unix("/run/x.sock", 5));
      AcceptQueue hidden = queue(new ListenerAddress.Unix("@/run/x.sock", 0));

      assertThat(ListenerName.parse("unix:/run/x.sock").among(List.of(hidden, bound)))
          .containsExactly(bound);
      assertThat(ListenerName.parse("unix:@/run/x.sock").among(List.of(hidden, bound)))
          .containsExactly(hidden);
    }

    @Test
    void isTheUnixSocketOfTheFileWhateverNameItWasBoundTo() throws Exception {
      Path file = Files.createFile(temp.resolve("x.sock"));
      Path link = Files.createSymbolicLink(temp.resolve("link.sock"), file);
      AcceptQueue relative = queue(new ListenerAddress.Unix("x.sock", SocketFileId.of(file)));
      AcceptQueue other = queue(new ListenerAddress.Unix("y.sock", 0));

      assertThat(ListenerName.parse("unix:" + link).among(List.of(relative, other)))
          .containsExactly(relative);
      assertThat(ListenerName.parse("unix:/none").among(List.of(relative, other))).isEmpty();
    }

    private static AcceptQueue queue(ListenerAddress address) {
      return new AcceptQueue(address, 1, 0, 128, 0, 0);
    }
  }
}
