package dev.carpool.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carpool.gateway.RawClient.Answer;
import dev.carpool.live.LiveSession.Ending;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class GatewayResponseIT {

  @TempDir Path directory;
  private RunningGateway running;
  private ScriptedPool pool;

  @BeforeEach
  void start() throws IOException {
    running = new RunningGateway(directory);
    pool = running.pool;
  }

  @AfterEach
  void census() throws IOException {
    running.close();
  }

  /** What a client sees of a response that a process writes at once and ends well. */
  private Answer answerTo(String method, String response) throws IOException {
    pool.next(
        process -> {
          process.head();
          process.answer(response);
        });
    try (RawClient client = running.client()) {
      client.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
      Answer answer = client.answer(!method.equals("HEAD"));
      pool.next(process -> process.answer("Status: 200 OK\r\n\r\nnext"));
      assertThat(client.get("/").answer().text()).isEqualTo("next"); // nothing is left in between
      return answer;
    }
  }

  @Nested
  class AResponse {

    @Test
    void passesItsHeadersButThoseOfTheConnection() throws Exception {
      Answer answer =
          answerTo(
              "GET",
              """
              Status: 201 Created
              Content-Type: text/plain
              Set-Cookie: a=1
              Set-Cookie: b=2
              Connection: close, X-Inner
              X-Inner: 1
              Keep-Alive: timeout=5
              Transfer-Encoding: chunked
              Date: Thu, 01 Jan 1970 00:00:00 GMT
              X-Outer: caf\u00e9

              hello""");
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.text()).isEqualTo("hello");
      assertThat(answer.headers())
          .containsEntry("content-type", "text/plain")
          .containsEntry("set-cookie", "a=1|b=2")
          .containsEntry("x-outer", "caf\u00e9")
          .containsEntry("date", "Thu, 01 Jan 1970 00:00:00 GMT")
          .doesNotContainKeys("connection", "x-inner", "keep-alive", "server", "x-powered-by");
      // Ours, and once: the length if the end came with the body, chunks if it came a moment later.
      assertThat(answer.headers().getOrDefault("content-length", "5")).isEqualTo("5");
      assertThat(answer.headers().getOrDefault("transfer-encoding", "chunked"))
          .isEqualTo("chunked");
      assertThat(answer.headers().containsKey("content-length"))
          .isNotEqualTo(answer.headers().containsKey("transfer-encoding"));
    }

    @Test
    void withALocationAndNoStatusIsARedirect() throws Exception {
      assertThat(answerTo("GET", "Location: /there\r\n\r\n").status()).isEqualTo(302);
    }

    @Test
    void toHeadHasNoBodyButItsLength() throws Exception {
      Answer answer = answerTo("HEAD", "Status: 200 OK\r\nContent-Length: 42\r\n\r\n");
      assertThat(answer.headers()).containsEntry("content-length", "42");
    }

    @Test
    void toHeadHasNoBodyEvenIfTheProcessWritesOne() throws Exception {
      answerTo("HEAD", "Status: 200 OK\r\n\r\nbody");
    }

    @Test
    void thatMayNotHaveABodyHasNone() throws Exception {
      Answer none = answerTo("GET", "Status: 204 No Content\r\nContent-Length: 4\r\n\r\nbody");
      assertThat(none.body()).isEmpty();
      assertThat(none.headers()).doesNotContainKeys("content-length", "transfer-encoding");
      Answer notModified = answerTo("GET", "Status: 304 Not Modified\r\nETag: \"x\"\r\n\r\n");
      assertThat(notModified.status()).isEqualTo(304);
      assertThat(notModified.headers())
          .containsEntry("etag", "\"x\"")
          .doesNotContainKeys("content-length", "transfer-encoding");
    }

    @Test
    void passesTheWordsOfItsStatus() throws Exception {
      for (String status : List.of("500 Internal Server Error", "299 As It Is", "404 Not Found")) {
        pool.next(process -> process.answer("Status: " + status + "\r\n\r\n"));
        try (RawClient client = running.client()) {
          client.get("/");
          assertThat(client.line()).isEqualTo("HTTP/1.1 " + status);
        }
      }
    }

    @Test
    void longerThanAnnouncedEndsWhereItWasAnnounced() throws Exception {
      assertThat(answerTo("GET", "Content-Length: 3\r\n\r\nabcdef").text()).isEqualTo("abc");
    }

    @Test
    void withLargeHeadersPasses() throws Exception {
      String value = "v".repeat(50_000);
      assertThat(answerTo("GET", "X-Large: " + value + "\r\n\r\nx").headers())
          .containsEntry("x-large", value);
    }

    @Test
    void isWholeForTheClientThoughTheProcessIsNotDone() throws Exception {
      CountDownLatch seen = new CountDownLatch(1);
      pool.next(
          process -> {
            process.head();
            process.write("Content-Length: 3\r\n\r\nabc");
            seen.await(5, TimeUnit.SECONDS);
            process.end(Ending.COMPLETE);
          });
      try (RawClient client = running.client()) {
        assertThat(client.get("/").answer().text()).isEqualTo("abc");
        seen.countDown();
      }
    }
  }

  @Nested
  class AStream {

    @Test
    void arrivesPieceByPiece() throws Exception {
      CountDownLatch[] seen = {new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1)};
      pool.next(
          process -> {
            process.head();
            process.write("Content-Type: text/event-stream\r\n\r\n");
            seen[0].await(5, TimeUnit.SECONDS);
            process.write("data: 1\n\n");
            seen[1].await(5, TimeUnit.SECONDS);
            process.write("data: 2\n\n");
            seen[2].await(5, TimeUnit.SECONDS);
            process.end(Ending.COMPLETE);
          });
      try (RawClient client = running.client()) {
        client.get("/");
        assertThat(client.status()).isEqualTo(200);
        assertThat(client.headers()).containsEntry("content-type", "text/event-stream");
        seen[0].countDown();
        assertThat(client.chunk()).asString().isEqualTo("data: 1\n\n");
        seen[1].countDown();
        assertThat(client.chunk()).asString().isEqualTo("data: 2\n\n");
        seen[2].countDown();
        assertThat(client.chunk()).isEmpty();
      }
    }
  }

  @Nested
  class AResponseThatIsNotWhole {

    private void breaksOff(String written, Ending ending) throws IOException {
      pool.next(
          process -> {
            process.head();
            process.write(written);
            process.end(ending);
          });
      try (RawClient client = running.client()) {
        client.get("/");
        assertThatThrownBy(client::answer).isInstanceOf(EOFException.class);
      }
    }

    @Test
    void breaksOffWhenTheProcessSaysSo() throws Exception {
      breaksOff("Status: 200 OK\r\n\r\nhalf", Ending.CUT_SHORT);
    }

    @Test
    void breaksOffWhenTheProcessIsLost() throws Exception {
      breaksOff("Status: 200 OK\r\n\r\nhalf", Ending.LOST);
    }

    @Test
    void breaksOffWhenItIsShorterThanAnnounced() throws Exception {
      breaksOff("Content-Length: 100\r\n\r\nhalf", Ending.COMPLETE);
    }

    @Test
    void breaksOffForAClientThatWantsTheConnectionClosedToo() throws Exception {
      pool.next(
          process -> {
            process.head();
            process.write("Status: 200 OK\r\n\r\nhalf");
            process.end(Ending.CUT_SHORT);
          });
      try (RawClient client = running.client()) {
        client.get("/", "Connection: close");
        assertThatThrownBy(client::answer).isInstanceOf(EOFException.class);
      }
    }

    @Test
    void breaksOffWhenNoWordComes() throws Exception {
      pool.next(
          process -> {
            process.head();
            process.write("Status: 200 OK\r\n\r\nhalf");
          }); // the connection is closed, the ending stays open
      try (RawClient client = running.client()) {
        client.get("/");
        assertThatThrownBy(client::answer).isInstanceOf(EOFException.class);
      }
    }
  }

  @Nested
  class Closing {

    @Test
    void letsARunningRequestFinish() throws Exception {
      CountDownLatch go = new CountDownLatch(1);
      pool.next(
          process -> {
            process.head();
            go.await(5, TimeUnit.SECONDS);
            process.answer("Status: 200 OK\r\n\r\ndone");
          });
      try (RawClient client = running.client()) {
        client.get("/");
        pool.awaitAsked();
        Thread closing =
            Thread.ofPlatform().start(() -> running.gateway.close(Duration.ofSeconds(5)));
        await()
            .untilAsserted(
                () ->
                    assertThatThrownBy(() -> running.client().close())
                        .isInstanceOf(IOException.class));
        go.countDown();
        assertThat(client.answer().text()).isEqualTo("done");
        closing.join();
      }
    }

    @Test
    void breaksOffWhatDoesNotFinish() throws Exception {
      pool.next(
          process -> {
            process.head();
            process.seesTheEnd();
          });
      try (RawClient client = running.client()) {
        client.get("/");
        pool.awaitAsked();
        running.gateway.close(Duration.ofMillis(50));
        Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).contains("shutting down");
      }
      await().untilAsserted(() -> assertThat(pool.givenBack).hasValue(1));
    }
  }
}
