package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import dev.carpool.gateway.CgiResponse.Field;
import dev.carpool.gateway.CgiResponseParser.BadResponse;
import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CgiResponseParserTest {

  private static @Nullable CgiResponse parse(String text) throws BadResponse {
    return new CgiResponseParser().feed(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
  }

  @Test
  void aHeadIsReadAndTheBodyLeft() throws Exception {
    ByteBuffer bytes =
        ByteBuffer.wrap(
            "Status: 404 Not Found\r\nX-A:  b \nContent-Length: 4\n\r\nbody".getBytes(ISO_8859_1));
    CgiResponse head = new CgiResponseParser().feed(bytes);
    assertThat(head)
        .isEqualTo(new CgiResponse(404, "Not Found", ImmutableList.of(new Field("X-A", "b")), 4));
    assertThat(ISO_8859_1.decode(bytes).toString()).isEqualTo("body");
  }

  @Test
  void anyPiecesGiveTheSameHead() throws Exception {
    byte[] text =
        "Status: 201 Created\r\nSet-Cookie: a\nSet-Cookie: b\r\nConnection: X\nX: 1\r\n\nbody\n\n"
            .getBytes(ISO_8859_1);
    CgiResponse whole = new CgiResponseParser().feed(ByteBuffer.wrap(text));
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      CgiResponseParser parser = new CgiResponseParser();
      CgiResponse head = null;
      int at = 0;
      ByteBuffer piece = ByteBuffer.allocate(0);
      while (head == null) {
        int size = Math.min(random.nextInt(1 + random.nextInt(40)), text.length - at);
        piece = ByteBuffer.wrap(text, at, size);
        at += size;
        head = parser.feed(piece);
      }
      assertThat(head).as("seed %s", seed).isEqualTo(whole);
      assertThat(text.length - at + piece.remaining()).as("seed %s", seed).isEqualTo(6);
    }
  }

  @Test
  void randomBytesAreABadResponseOrNoneYetButNothingElse() {
    int heads = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      String alphabet = "Status: 20\r\n\n\r:a-\0\u00e9 Content-Length";
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(60); i >= 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        CgiResponse head = parse(text.toString());
        if (head != null) {
          heads++;
          assertThat(head.status()).isBetween(200, 599);
          head.fields().forEach(field -> assertThat(field.value()).doesNotContain("\n", "\0"));
        }
      } catch (BadResponse e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
    assertThat(heads).isPositive();
  }

  @Test
  void theStatusIs200WithoutWordAnd302WithALocation() throws Exception {
    assertThat(status("Content-Type: a/b\n\n")).isEqualTo(200);
    assertThat(status("Location: /\n\n")).isEqualTo(302);
    assertThat(status("Location: /\nStatus: 201\n\n")).isEqualTo(201);
  }

  private static int status(String text) throws BadResponse {
    CgiResponse head = parse(text);
    return head == null ? 0 : head.status();
  }

  @Test
  void headersOfTheConnectionAreLeftOutWithThoseItNames() throws Exception {
    CgiResponse head =
        parse("Connection: a, B\nA: 1\nb: 2\nTransfer-Encoding: chunked\nKeep-Alive: 1\nC: 3\n\n");
    assertThat(head).isNotNull();
    assertThat(head.fields()).containsExactly(new Field("C", "3"));
  }

  @Test
  void aLengthSaidTwiceIsOne() throws Exception {
    CgiResponse head = parse("Content-Length: 3\ncontent-length: 3\n\n");
    assertThat(head).isNotNull();
    assertThat(head.contentLength()).isEqualTo(3);
    assertThat(head.fields()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "\r\n",
        "hello\n",
        ": value\n",
        "Na me: x\n",
        " Folded: x\n",
        "A: b\n folded\n",
        "A: b\rc\n",
        "A: b\0c\n",
        "HTTP/1.1 200 OK\n",
        "Status: OK\n",
        "Status: 20\n",
        "Status: 2000 What\n",
        "Status: 100 Continue\n",
        "Status: 600\n",
        "Status: 200\nStatus: 200\n",
        "Content-Length: -1\n",
        "Content-Length: +1\n",
        "Content-Length: 1x\n",
        "Content-Length:\n",
        "Content-Length: 1, 1\n",
        "Content-Length: 99999999999999999999\n",
        "Content-Length: 1\nContent-Length: 2\n",
      })
  void whatIsNotAHeadIsSaidToBeNone(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(BadResponse.class);
  }

  @Test
  void aHeadWithoutEndIsGivenUp() {
    CgiResponseParser parser = new CgiResponseParser();
    ByteBuffer endless = ByteBuffer.wrap("A: b\n".repeat(20_000).getBytes(ISO_8859_1));
    assertThatThrownBy(() -> parser.feed(endless))
        .isInstanceOf(BadResponse.class)
        .hasMessageContaining("65536");
    assertThat(parser.isUntouched()).isFalse();
  }
}
