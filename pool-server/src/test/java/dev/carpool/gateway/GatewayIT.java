package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.live.LiveSession.Ending;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class GatewayIT {

  @TempDir Path directory;
  private RunningGateway running;
  private ScriptedPool pool;
  private final BlockingQueue<Map<String, String>> heads = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() throws IOException {
    running = new RunningGateway(directory);
    pool = running.pool;
  }

  @AfterEach
  void census() throws IOException {
    running.close();
  }

  private Map<String, String> head() throws InterruptedException {
    Map<String, String> head = heads.poll(5, TimeUnit.SECONDS);
    return head == null ? Map.of() : head;
  }

  /** Takes a whole request, remembers its head, and answers its body. */
  private void echo(ScriptedProcess process) throws IOException {
    Map<String, String> head = process.head();
    heads.add(head);
    byte[] body = process.body(head);
    process.write("Status: 200 OK\r\nContent-Type: text/x-echo\r\n\r\n");
    process.write(body);
    process.end(Ending.COMPLETE);
  }

  @Nested
  class ARequest {

    @Test
    void reachesTheProcessWithEverythingItSays() throws Exception {
      pool.next(GatewayIT.this::echo);
      try (RawClient client = running.client()) {
        client.get(
            "/a%2Fb/%C3%A9//../x;p=1?q=%20&r",
            "Cookie: a=1",
            "X-Twice: one",
            "Cookie: b=2",
            "X-Twice: two",
            "X_Fake: 1",
            "Proxy: http://evil",
            "Connection: X-Private",
            "X-Private: 1",
            "X-Latin: caf\u00e9");
        assertThat(client.answer().status()).isEqualTo(200);
      }
      Map<String, String> head = head();
      assertThat(head.keySet().iterator().next()).isEqualTo("CONTENT_LENGTH");
      assertThat(head)
          .containsEntry("CONTENT_LENGTH", "0")
          .containsEntry("SCGI", "1")
          .containsEntry("REQUEST_METHOD", "GET")
          .containsEntry("REQUEST_URI", "/a%2Fb/%C3%A9//../x;p=1?q=%20&r")
          .containsEntry("PATH_INFO", "/a/b/\u00c3\u00a9//../x;p=1")
          .containsEntry("QUERY_STRING", "q=%20&r")
          .containsEntry("SERVER_NAME", "test")
          .containsEntry("SERVER_PROTOCOL", "HTTP/1.1")
          .containsEntry("REMOTE_ADDR", "127.0.0.1")
          .containsEntry("REQUEST_SCHEME", "http")
          .containsEntry("HTTP_HOST", "test")
          .containsEntry("HTTP_COOKIE", "a=1; b=2")
          .containsEntry("HTTP_X_TWICE", "one, two")
          .containsEntry("HTTP_X_LATIN", "caf\u00e9")
          .doesNotContainKeys(
              "HTTP_X_FAKE", "HTTP_PROXY", "HTTP_CONNECTION", "HTTP_X_PRIVATE", "HTTPS");
    }

    @Test
    void followsAnotherOnTheSameConnection() throws Exception {
      try (RawClient client = running.client()) {
        for (int i = 0; i < 5; i++) {
          pool.next(GatewayIT.this::echo);
          client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nn" + i);
          assertThat(client.answer().text()).isEqualTo("n" + i);
        }
      }
      assertThat(pool.givenBack).hasValue(5);
    }

    @Test
    void mayBeSentBeforeTheOneBeforeItIsAnswered() throws Exception {
      for (int i = 0; i < 3; i++) {
        pool.next(
            process -> {
              Thread.sleep(50);
              echo(process);
            });
      }
      try (RawClient client = running.client()) {
        client.get("/1");
        await().until(() -> pool.asked.get() == 1);
        client.get("/2").get("/3");
        for (int i = 1; i <= 3; i++) {
          assertThat(client.answer().status()).isEqualTo(200);
          assertThat(head()).containsEntry("PATH_INFO", "/" + i);
        }
      }
    }

    @Test
    void withALargeBodyIsKeptInAFileWithoutAName() throws Exception {
      byte[] body = new byte[3_000_000];
      new Random(1).nextBytes(body);
      pool.next(
          process -> {
            assertThat(running.bodyFiles()).isZero();
            echo(process);
          });
      HttpResponse<byte[]> response =
          send(HttpRequest.newBuilder(uri("/")).POST(BodyPublishers.ofByteArray(body)));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(body);
      assertThat(head()).containsEntry("CONTENT_LENGTH", "3000000");
    }

    @Test
    void withAChunkedBodyReachesTheProcessWithItsLength() throws Exception {
      pool.next(GatewayIT.this::echo);
      try (RawClient client = running.client()) {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        client.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assertThat(client.answer().text()).isEqualTo("abcde");
      }
      assertThat(head())
          .containsEntry("CONTENT_LENGTH", "5")
          .doesNotContainKey("HTTP_TRANSFER_ENCODING");
    }

    @Test
    void thatArrivesSlowlyTakesNoProcessUntilItIsThere() throws Exception {
      pool.next(GatewayIT.this::echo);
      try (RawClient client = running.client()) {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
        Thread.sleep(150);
        assertThat(pool.asked).hasValue(0);
        client.send("cd");
        assertThat(client.answer().text()).isEqualTo("abcd");
      }
    }

    @Test
    void thatExpectsToBeToldToContinueIs() throws Exception {
      pool.next(GatewayIT.this::echo);
      try (RawClient client = running.client()) {
        client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        assertThat(client.status()).isEqualTo(100);
        client.headers();
        client.send("abcd");
        assertThat(client.answer().text()).isEqualTo("abcd");
      }
      assertThat(head()).doesNotContainKey("HTTP_EXPECT");
    }

    @Test
    void thatIsBrokenOffNeverTakesAProcess() throws Exception {
      try (RawClient client = running.client()) {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\nab");
      }
      Thread.sleep(100);
      assertThat(pool.asked).hasValue(0);
    }
  }

  @Nested
  class AProcess {

    @Test
    void mayAnswerBeforeItHasReadTheBody() throws Exception {
      byte[] body = new byte[4_000_000];
      byte[] answer = new byte[2_000_000];
      Arrays.fill(answer, (byte) 'x');
      pool.next(
          process -> {
            Map<String, String> head = process.head();
            process.write("Status: 200 OK\r\n\r\n");
            process.write(answer); // more than any socket holds, while the body waits
            assertThat(process.body(head)).hasSize(body.length);
            process.end(Ending.COMPLETE);
          });
      HttpResponse<byte[]> response =
          send(HttpRequest.newBuilder(uri("/")).POST(BodyPublishers.ofByteArray(body)));
      assertThat(response.body()).isEqualTo(answer);
    }

    @Test
    void mayAnswerAndCloseWithoutReadingTheBody() throws Exception {
      pool.next(process -> process.answer("Status: 403 Forbidden\r\n\r\nno"));
      HttpResponse<byte[]> response =
          send(
              HttpRequest.newBuilder(uri("/"))
                  .POST(BodyPublishers.ofByteArray(new byte[3_000_000])));
      assertThat(response.statusCode()).isEqualTo(403);
      assertThat(new String(response.body(), ISO_8859_1)).isEqualTo("no");
    }

    @Test
    void isFreeOnceItsResponseIsBufferedForASlowReader() throws Exception {
      byte[] answer = new byte[700_000];
      pool.next(
          process -> {
            process.head();
            process.write("Status: 200 OK\r\nContent-Length: 700000\r\n\r\n");
            process.write(answer);
            process.end(Ending.COMPLETE);
          });
      try (RawClient client = running.client()) {
        client.get("/");
        pool.awaitAsked();
        await().untilAsserted(() -> assertThat(pool.givenBack).hasValue(1));
        assertThat(client.answer().body()).hasSize(answer.length);
      }
    }

    @Test
    void waitsForASlowReaderWhenTheBufferIsFull() throws Exception {
      byte[] answer = new byte[20_000_000];
      new Random(2).nextBytes(answer);
      pool.next(
          process -> {
            process.head();
            process.write("Status: 200 OK\r\n\r\n");
            process.write(answer);
            process.end(Ending.COMPLETE);
          });
      try (RawClient client = running.client()) {
        client.get("/");
        Thread.sleep(300);
        assertThat(pool.givenBack).hasValue(0);
        assertThat(client.answer().body()).isEqualTo(answer);
      }
      await().untilAsserted(() -> assertThat(pool.givenBack).hasValue(1));
    }
  }

  @Nested
  class AClientThatGoesAway {

    @Test
    void endsTheSessionWhileTheProcessThinks() throws Exception {
      BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();
      pool.next(
          process -> {
            heads.add(process.head());
            ends.add(process.seesTheEnd());
          });
      try (RawClient client = running.client()) {
        client.get("/");
        assertThat(head()).isNotEmpty();
      }
      assertThat(ends.poll(2, TimeUnit.SECONDS)).isTrue();
      await().untilAsserted(() -> assertThat(pool.givenBack).hasValue(1));
    }

    @Test
    void endsTheSessionWhileTheProcessStreams() throws Exception {
      pool.next(
          process -> {
            process.head();
            process.write("Status: 200 OK\r\n\r\n");
            while (true) {
              process.write(new byte[1000]); // until it cannot
            }
          });
      try (RawClient client = running.client()) {
        client.get("/");
        assertThat(client.status()).isEqualTo(200);
      }
      await().untilAsserted(() -> assertThat(pool.givenBack).hasValue(1));
      pool.awaitProcesses();
    }

    @Test
    void leavesTheWaitingRoom() throws Exception {
      pool.letWait();
      try (RawClient client = running.client()) {
        client.get("/");
        await().until(() -> pool.waiting.size() == 1);
      }
      await().until(() -> pool.waiting.isEmpty());
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + running.gateway.address().getPort() + path);
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    }
  }
}
