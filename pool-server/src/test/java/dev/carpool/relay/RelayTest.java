package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.descriptor.Connection;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.descriptor.UnixSocket;
import dev.carpool.descriptor.UnlinkedSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One relay, and the test on both of its sides: as whoever asks, and as the process. */
@Timeout(20)
class RelayTest {

  @TempDir private Path root;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final EventLoop loop;
  private final UnlinkedSocket process;

  RelayTest() throws IOException {
    loop = new EventLoop("relay", (thread, e) -> heard.add(e.toString()));
    process = UnlinkedSocket.open();
  }

  @AfterEach
  void close() {
    loop.close();
    process.close();
  }

  private Relay relay(Dialect dialect) {
    return new Relay(
        loop,
        process::connect,
        dialect,
        new Relay.Listener() {
          @Override
          public void printed(String text) {
            heard.add(text);
          }

          @Override
          public void done(int session, boolean complete) {
            heard.add(session + (complete ? " done" : " cut short"));
          }

          @Override
          public void notTaken(int session) {
            heard.add(session + " not taken");
          }
        });
  }

  /** Gives one end of a connection to the relay, and keeps the other. */
  private Connection visitor(Relay relay) throws IOException {
    SocketPair pair = SocketPair.open();
    relay.serve(1, pair.theirs());
    pair.theirs().close();
    return new Connection(pair.ours());
  }

  private Connection accepted() throws IOException {
    return new Connection(UnixSocket.accept(process.listening()));
  }

  private static void say(Connection to, String text) throws IOException {
    to.output().write(text.getBytes(ISO_8859_1));
    to.output().flush();
  }

  private static String all(Connection from) throws IOException {
    return new String(from.input().readAllBytes(), ISO_8859_1);
  }

  private void awaitHeard(String... words) {
    await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(heard).contains(words));
  }

  @Test
  void aRefusedRequestIsOverAtOnce() throws IOException {
    long began = System.nanoTime();
    try (Connection visitor = visitor(relay(Dialect.FastCgiScripts.of(root, "index.php")))) {
      say(visitor, "18:REQUEST_URI\0/.git\0,");
      assertThat(all(visitor)).startsWith("Status: 404 Not Found\r\n");
      awaitHeard("1 done");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(300));
  }

  @Test
  void whoeverTalksNonsenseWithoutEndIsSentAway() throws IOException {
    try (Connection visitor = visitor(relay(new Dialect.Http()))) {
      assertThat(visitor).isNotNull();
      Thread talker =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        say(visitor, "GET / HTTP/1.1\r\n");
                      }
                    } catch (IOException e) {
                      // At last.
                    }
                  });
      awaitHeard("1 done");
      await().atMost(Duration.ofSeconds(5)).until(() -> !talker.isAlive());
    }
  }

  @Test
  void moreBodyThanWasAnnouncedNeverReachesTheProcess() throws IOException {
    String head = "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0" + "\1\4\0\1\0\24\0\0\16\4REQUEST_METHODPOST";
    try (Connection visitor = visitor(relay(new Dialect.Http()))) {
      say(visitor, head + "\1\4\0\1\0\0\0\0" + "\1\5\0\1\0\3\0\0GET" + "\1\5\0\1\0\0\0\0");
      assertThat(all(visitor)).contains("Status: 400 Bad Request");
      awaitHeard("1 done");
      try (Connection at = accepted()) {
        assertThat(all(at)).isEmpty();
      }
    }
  }

  @Test
  void moreBodyThanWasAnnouncedBreaksOffARequestThatHasBegun() throws IOException {
    String pairs = "\16\5CONTENT_LENGTH70000\16\4REQUEST_METHODPOST";
    String head =
        record(1, "\0\1\0\0\0\0\0\0")
            + record(4, pairs)
            + record(4, "")
            + record(5, "x".repeat(65535));
    try (Connection visitor = visitor(relay(new Dialect.Http()));
        Connection at = accepted()) {
      say(visitor, head + record(5, "y".repeat(1000)));
      assertThat(at.input().readNBytes(10)).asString().isEqualTo("POST / HTT");
      say(visitor, record(5, "GET /smuggled " + "z".repeat(9000)));
      assertThat(all(at)).doesNotContain("smuggled");
      awaitHeard("1 cut short");
    }
  }

  private static String record(int type, String content) {
    int length = content.length();
    return "\1"
        + (char) type
        + "\0\1"
        + (char) (length >> 8)
        + (char) (length & 0xff)
        + "\0\0"
        + content;
  }

  @Test
  void aProcessThatClosesBeforeAnythingWasAskedEndsTheSessionOnce() throws IOException {
    try (Connection visitor = visitor(relay(new Dialect.Http()))) {
      accepted().close();
      assertThat(all(visitor)).isEmpty();
      awaitHeard("1 cut short");
      assertThat(heard).hasSize(2);
    }
  }

  @Test
  void whoHasReadAnEarlyAnswerMayGo() throws IOException {
    String response = "Status: 413 Too Large\r\nContent-Length: 0\r\n\r\n";
    try (Connection visitor = visitor(relay(new Dialect.Http()));
        Connection at = accepted()) {
      say(visitor, "41:CONTENT_LENGTH\0" + "100000\0REQUEST_METHOD\0PUT\0,");
      say(at, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
      assertThat(visitor.input().readNBytes(response.length())).asString().isEqualTo(response);
    }
    awaitHeard("1 done");
  }

  @Test
  void aProcessThatIsGoneBeforeItCouldBeConnectedToHasTakenNothing() throws IOException {
    process.listening().close();
    Relay relay = relay(new Dialect.Http());
    try (Connection visitor = visitor(relay)) {
      loop.execute(relay::processGone);
      awaitHeard("1 not taken");
      assertThat(all(visitor)).isEmpty();
    }
  }

  @Test
  void aResponseIsPassedOnAndTheSessionDone() throws IOException {
    try (Connection visitor = visitor(relay(new Dialect.Http()))) {
      say(visitor, "19:REQUEST_METHOD\0GET\0,");
      try (Connection at = accepted()) {
        byte[] request = new byte[3];
        assertThat(at.input().readNBytes(request, 0, 3)).isEqualTo(3);
        say(at, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        assertThat(all(visitor)).isEqualTo("Status: 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        awaitHeard("1 done");
      }
    }
  }
}
