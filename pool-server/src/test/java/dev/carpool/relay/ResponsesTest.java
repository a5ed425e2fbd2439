package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses of processes that listen by themselves, as they become responses in CGI form. */
class ResponsesTest {

  private final List<String> heard = new ArrayList<>();
  private final StringBuilder cgi = new StringBuilder();
  private final Pending toProcess = new Pending();

  private final ProcessSide.Responses ear =
      new ProcessSide.Responses() {
        @Override
        public void piece(ByteBuffer piece) {
          cgi.append(ISO_8859_1.decode(piece));
        }

        @Override
        public void printed(String text) {
          heard.add("printed " + text);
        }

        @Override
        public void over(boolean complete) {
          heard.add(complete ? "complete" : "cut short");
        }
      };

  private void take(ProcessSide side, String stream, int size) throws RefusedException {
    byte[] bytes = stream.getBytes(ISO_8859_1);
    for (int at = 0; at < bytes.length; at += size) {
      side.take(ByteBuffer.wrap(bytes, at, Math.min(size, bytes.length - at)).slice());
    }
  }

  private static RequestHead head(Map<String, String> variables) throws RefusedException {
    return RequestHead.of(new LinkedHashMap<>(variables));
  }

  private String written() {
    return new String(toProcess.toBytes(), ISO_8859_1);
  }

  @Nested
  class OverHttp {
    private final ProcessSide side = new Dialect.Http().process(toProcess, ear);

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 1000})
    void haveAStatusAndNoHeadersOfTheConnection(int size) throws Exception {
      take(
          side,
          "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nConnection: close\r\nX-A: b\r\n\r\nabc",
          size);

      assertThat(cgi)
          .hasToString("Status: 404 Not Found\r\nX-A: b\r\nContent-Length: 3\r\n\r\nabc");
      assertThat(heard).containsExactly("complete");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 1000})
    void inChunksAreJoined(int size) throws Exception {
      take(
          side,
          "HTTP/1.1 100 Continue\r\n\r\n"
              + "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 9\r\n\r\n"
              + "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n",
          size);

      assertThat(cgi).hasToString("Status: 200 OK\r\n\r\nabc0123456789");
      assertThat(heard).containsExactly("complete");
    }

    @Test
    void withoutALengthEndWithTheConnection() throws Exception {
      take(side, "HTTP/1.0 200 OK\r\n\r\nabc", 1000);
      assertThat(heard).isEmpty();
      side.closed();
      assertThat(cgi).hasToString("Status: 200 OK\r\n\r\nabc");
      assertThat(heard).containsExactly("complete");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "HTTP/1.1 200 OK\r\nX: ",
          "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabc"
        })
    void areCutShortIfTheConnectionEndsBefore(String stream) throws Exception {
      take(side, stream, 1000);
      side.closed();
      assertThat(heard).containsExactly("cut short");
    }

    @Test
    void haveNoBodyWhereThereIsNone() throws Exception {
      side.head(head(Map.of("REQUEST_METHOD", "HEAD")));
      take(side, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", 1000);
      assertThat(cgi).hasToString("Status: 200 OK\r\nContent-Length: 4\r\n\r\n");
      assertThat(heard).containsExactly("complete");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "SSH-2.0-x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\n\r\n"
        })
    void areRefusedIfTheyAreNone(String stream) {
      assertThatThrownBy(() -> take(side, stream, 1000))
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith("it answered what is no HTTP: ");
    }

    @Test
    void followARequestThatIsAsItWasSent() throws Exception {
      side.head(
          head(
              ImmutableMap.<String, String>builder()
                  .put("REQUEST_METHOD", "POST")
                  .put("REQUEST_URI", "/a%20b?c=d")
                  .put("CONTENT_LENGTH", "3")
                  .put("CONTENT_TYPE", "text/plain")
                  .put("HTTP_HOST", "example.com")
                  .put("HTTP_X_FORWARDED_FOR", "10.0.0.1")
                  .put("HTTP_ACCEPT_LANGUAGE", "de")
                  .put("HTTP_CONNECTION", "keep-alive")
                  .put("HTTP_TRANSFER-ENCODING", "chunked")
                  .put("HTTP_X_FORWARDED_PROTO", "gopher")
                  .put("REMOTE_ADDR", "10.0.0.2")
                  .put("HTTPS", "on")
                  .buildOrThrow()));
      side.body(ByteBuffer.wrap("abc".getBytes(ISO_8859_1)));
      side.end();

      assertThat(written())
          .isEqualTo(
              "POST /a%20b?c=d HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n"
                  + "Content-Length: 3\r\nContent-Type: text/plain\r\n"
                  + "X-Forwarded-For: 10.0.0.1, 10.0.0.2\r\nX-Forwarded-Proto: https\r\n"
                  + "Accept-Language: de\r\n\r\nabc");
    }

    @Test
    void followARequestWhoseAddressIsPutTogetherIfItMust() throws Exception {
      side.head(
          head(
              Map.of(
                  "REQUEST_METHOD", "GET",
                  "DOCUMENT_URI", "/\u00c3\u00bc b",
                  "QUERY_STRING", "c=d",
                  "SERVER_NAME", "here")));
      assertThat(written()).startsWith("GET /%C3%BC%20b?c=d HTTP/1.1\r\nHost: here\r\n");
    }

    @ParameterizedTest
    @CsvSource({"REQUEST_METHOD,G T", "REQUEST_URI,/a b", "HTTP_X_A,a~b", "HTTP_X A,b"})
    void followNoRequestThatWouldBecomeTwo(String name, String value) {
      assertThatThrownBy(
              () ->
                  side.head(
                      head(
                          ImmutableMap.<String, String>builder()
                              .put("REQUEST_METHOD", "GET")
                              .put("REQUEST_URI", "/")
                              .put(name, value.replace('~', '\n'))
                              .buildKeepingLast())))
          .isInstanceOf(RefusedException.class);
      assertThat(written()).isEmpty();
    }
  }

  @Nested
  class InFastCgi {
    private final ProcessSide side =
        new FastCgiProcess(head -> head, toProcess, ear); // whose scripts are another test's

    private String record(int type, String content) {
      return "\1" + (char) type + "\0\1\0" + (char) content.length() + "\0\0" + content;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 1000})
    void comeWithWhatIsForTheLog(int size) throws Exception {
      take(
          side,
          record(6, "Status: 200 OK\r\n")
              + record(7, "PHP message: x\n")
              + record(6, "\r\nabc")
              + record(6, "")
              + record(3, "\0\0\0\0\0\0\0\0"),
          size);

      assertThat(cgi).hasToString("Status: 200 OK\r\n\r\nabc");
      assertThat(heard).containsExactly("printed PHP message: x\n", "complete");
    }

    @ParameterizedTest
    @CsvSource({
      "Content-Length: 3, abcd, abc, 'printed a response is longer than its Content-Length: it was cut|complete'",
      "content-length:5, abcd, abcd, 'printed a response is 1 bytes shorter than its Content-Length|cut short'",
      "Status: 304 Not Modified, abcd, '', complete",
      "X-Content-Length: 3, abcd, abcd, complete",
    })
    void keepWhatTheySayOfTheirBody(String header, String body, String passed, String said)
        throws Exception {
      String end = record(6, "") + record(3, "\0\0\0\0\0\0\0\0");
      take(side, record(6, header + "\r\nA: b\r\n\r\n" + body) + end, 1000);

      String status = header.startsWith("Status") ? "" : "Status: 200 OK\r\n";
      assertThat(cgi).hasToString(status + header + "\r\nA: b\r\n\r\n" + passed);
      assertThat(String.join("|", heard)).isEqualTo(said);
    }

    @Test
    void areCutShortWithoutTheirEnd() throws Exception {
      take(side, record(6, "Status: 200 OK\r\n\r\nabc"), 1000);
      side.closed();
      assertThat(heard).containsExactly("cut short");
    }

    @Test
    void areCutShortIfTheProcessIsOverloaded() throws Exception {
      take(side, record(3, "\0\0\0\0\2\0\0\0"), 1000);
      side.closed();
      assertThat(heard).containsExactly("cut short");
    }

    @Test
    void followARequestInRecords() throws Exception {
      side.head(head(Map.of("A", "v".repeat(200))));
      side.body(ByteBuffer.wrap("abc".getBytes(ISO_8859_1)));
      side.end();

      assertThat(written())
          .isEqualTo(
              "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
                  + "\1\4\0\1\0\u00ce\0\0\1\u0080\0\0\u00c8A"
                  + "v".repeat(200)
                  + "\1\4\0\1\0\0\0\0"
                  + "\1\5\0\1\0\3\0\0abc"
                  + "\1\5\0\1\0\0\0\0");
    }
  }
}
