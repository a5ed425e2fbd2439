package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests in both protocols, however the bytes come. */
class RequestsTest {

  private static final String SCGI =
      "52:CONTENT_LENGTH\0" + "5\0REQUEST_METHOD\0POST\0REQUEST_URI\0/a\0,12345";

  private final List<String> heard = new ArrayList<>();
  private final Pending toClient = new Pending();

  private final ClientSide.Requests ear =
      new ClientSide.Requests() {
        private final StringBuilder body = new StringBuilder();

        @Override
        public void head(RequestHead head) {
          heard.add(head.variables() + " " + head.length());
        }

        @Override
        public void body(ByteBuffer piece) {
          body.append(ISO_8859_1.decode(piece));
        }

        @Override
        public void end() {
          heard.add(body.toString());
        }
      };

  /** Gives a stream in pieces of one size. Returns what was left of the last. */
  private String take(String stream, int size) throws RefusedException {
    ClientSide side = ClientSide.of((byte) stream.charAt(0), ear, toClient);
    byte[] bytes = stream.getBytes(ISO_8859_1);
    ByteBuffer piece = ByteBuffer.allocate(0);
    for (int at = 0; at < bytes.length; at += size) {
      piece = ByteBuffer.wrap(bytes, at, Math.min(size, bytes.length - at)).slice();
      side.take(piece);
    }
    return ISO_8859_1.decode(piece).toString();
  }

  private static String record(int type, int request, String content) {
    return "\1"
        + (char) type
        + "\0"
        + (char) request
        + "\0"
        + (char) content.length()
        + "\3\0"
        + content
        + "pad";
  }

  private static String fastCgi() {
    String params = "\16\1CONTENT_LENGTH5\16\4REQUEST_METHODPOST";
    return record(1, 7, "\0\1\1\0\0\0\0\0")
        + record(4, 7, params.substring(0, 9))
        + record(4, 7, params.substring(9))
        + record(4, 7, "")
        + record(5, 7, "123")
        + record(5, 7, "45")
        + record(5, 7, "");
  }

  @Nested
  class InScgi {
    @ParameterizedTest
    @CsvSource({"1", "2", "7", "1000"})
    void areTakenInPiecesOfAnySize(int size) throws Exception {
      assertThat(take(SCGI, size)).isEmpty();

      assertThat(heard)
          .containsExactly("{CONTENT_LENGTH=5, REQUEST_METHOD=POST, REQUEST_URI=/a} 5", "12345");
    }

    @Test
    void leaveWhatComesBehindTheBody() throws Exception {
      assertThat(take(SCGI + "more", 1000)).isEqualTo("more");
    }

    @Test
    void withoutABodyEndAtOnce() throws Exception {
      assertThat(take("0:,", 1)).isEmpty();
      assertThat(heard).containsExactly("{} 0", "");
    }

    @Test
    void loseTheHeaderThatProgramsReadAsASetting() throws Exception {
      var _ = take("16:HTTP_PROXY\0evil\0,", 1000);

      assertThat(heard).containsExactly("{} 0", "");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "GET / HTTP/1.1 | it is not SCGI",
          "9999999: | it is not SCGI",
          ":, | it is not SCGI",
          "999999: | its head is larger than 256 KiB",
          "3:a~b, | its names and values do not end as SCGI says",
          "2:a~; | its names and values do not end as SCGI says",
          "2:a~, | a name in it has no value",
          "18:CONTENT_LENGTH~-1~, | CONTENT_LENGTH is no number",
          "18:CONTENT_LENGTH~1x~, | CONTENT_LENGTH is no number",
        })
    void areRefusedIfTheyAreNone(String stream, String why) {
      assertThatThrownBy(() -> take(stream.replace('~', '\0'), 1000))
          .isInstanceOf(RefusedException.class)
          .hasMessage(why);
    }
  }

  @Nested
  class InFastCgi {
    @ParameterizedTest
    @CsvSource({"1", "3", "8", "1000"})
    void areTakenInPiecesOfAnySize(int size) throws Exception {
      var _ = take(fastCgi(), size);

      assertThat(heard).containsExactly("{CONTENT_LENGTH=5, REQUEST_METHOD=POST} 5", "12345");
    }

    @Test
    void areAnsweredInRecordsWithTheirNumber() throws Exception {
      ClientSide side = ClientSide.of((byte) 1, ear, toClient);
      side.take(ByteBuffer.wrap(fastCgi().getBytes(ISO_8859_1)));
      side.response(ByteBuffer.wrap("Status: 200\r\n\r\nx".getBytes(ISO_8859_1)));
      side.responseEnd();

      assertThat(new String(toClient.toBytes(), ISO_8859_1))
          .isEqualTo(
              "\1\6\0\7\0\20\0\0Status: 200\r\n\r\nx"
                  + "\1\6\0\7\0\0\0\0"
                  + "\1\3\0\7\0\10\0\0\0\0\0\0\0\0\0\0");
    }

    @Test
    void haveNamesAndValuesOfAnyLength() throws Exception {
      String value = "v".repeat(200);
      var _ =
          take(
              record(1, 1, "\0\1\0\0\0\0\0\0")
                  + record(4, 1, "\1\u0080\0\0\u00c8n" + value)
                  + record(4, 1, ""),
              1000);

      assertThat(heard).containsExactly("{n=" + value + "} 0");
    }

    @Test
    void areRefusedIfTheyAreNone() {
      assertThatThrownBy(() -> take(record(1, 1, "\0\1\0\0\0\0\0\0") + "x".repeat(8), 1000))
          .hasMessage("it is not FastCGI");
      assertThatThrownBy(() -> take(fastCgi().substring(0, 19) + fastCgi(), 1000))
          .hasMessage("a second request on the connection, or an aborted one");
      assertThatThrownBy(() -> take(record(4, 1, "\5\5a") + record(4, 1, ""), 1000))
          .hasMessage("a name or value in it is longer than all of them");
    }
  }
}
