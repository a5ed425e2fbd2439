package dev.carpool.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.SpawnReport;
import dev.carpool.gateway.RawClient.Answer;
import dev.carpool.live.LiveSession.Ending;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class GatewayRefusalIT {

  private static final SpawnReport REPORT =
      new SpawnReport(
          "4f2a",
          "guestbook",
          Instant.EPOCH,
          "No module named '<flask>'",
          "Install it.",
          List.of("python3", "serve.py"),
          List.of(
              new SpawnReport.Step("start", Duration.ofMillis(3)),
              new SpawnReport.Step("import wsgi", Duration.ofMillis(1400))),
          List.of("Traceback & more"));

  @TempDir Path directory;
  private @Nullable RunningGateway running;

  private RunningGateway start(UnaryOperator<GatewaySettings> change) throws IOException {
    RunningGateway started = new RunningGateway(directory, change);
    running = started;
    return started;
  }

  @AfterEach
  void census() throws IOException {
    if (running != null) {
      running.close();
    }
  }

  private Answer refused(boolean development, PoolException refusal, String accept)
      throws IOException {
    RunningGateway started = start(settings -> settings.withDevelopment(development));
    started.pool.refuse(refusal);
    try (RawClient client = started.client()) {
      return client.get("/", "Accept: " + accept).answer();
    }
  }

  @Test
  void aFullRoomIsSaidWithATimeToComeBack() throws Exception {
    Answer answer =
        refused(false, new PoolException.QueueFull("100", Duration.ofMillis(1500)), "text/html");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.headers())
        .containsEntry("retry-after", "2")
        .containsEntry("cache-control", "no-store")
        .containsEntry("content-type", "text/html; charset=utf-8");
    assertThat(answer.text()).contains("Too busy").startsWith("<!DOCTYPE html>");
  }

  @Test
  void aShutdownIsSaidWithATimeToComeBack() throws Exception {
    Answer answer = refused(false, new PoolException.ShuttingDown(), "*/*");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.headers())
        .containsEntry("retry-after", "1")
        .containsEntry("content-type", "text/plain; charset=utf-8");
    assertThat(answer.text()).contains("shutting down");
  }

  @Test
  void aDeadlineIsSaid() throws Exception {
    Answer answer =
        refused(
            false, new PoolException.QueueTimeout("30 s", Duration.ofMillis(6001)), "text/html");
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.headers()).containsEntry("retry-after", "7");
    assertThat(answer.text()).contains("Waited too long");
  }

  @Test
  void aFailedStartShowsItsReportInDevelopment() throws Exception {
    Answer answer =
        refused(true, new PoolException.SpawnFailed(REPORT, Duration.ZERO), "text/html");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.headers()).containsEntry("retry-after", "1");
    assertThat(answer.text())
        .contains("&lt;flask&gt;", "Install it.", "import wsgi", "1.4 s", "Traceback &amp; more")
        .doesNotContain("<flask>");
  }

  @Test
  void aFailedStartShowsItsNameAloneInProduction() throws Exception {
    Answer answer =
        refused(false, new PoolException.SpawnFailed(REPORT, Duration.ZERO), "text/html");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.text()).contains("Report 4f2a").doesNotContain("flask", "import wsgi");
  }

  @Test
  void theUnexpectedShowsItsNameAlone() throws Exception {
    Answer answer = refused(true, new PoolException.Unavailable("secret"), "text/html");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.text()).containsPattern("Report [0-9a-f]{8}").doesNotContain("secret");
  }

  @Test
  void aProcessThatDiesBeforeItAnswersIsSaid() throws Exception {
    RunningGateway started = start(settings -> settings);
    for (String written : List.of("", "Status: 20")) {
      started.pool.next(
          process -> {
            process.head();
            process.write(written);
            process.end(Ending.LOST);
          });
      try (RawClient client = started.client()) {
        Answer answer = client.get("/").answer();
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).contains("ended before it had answered");
      }
    }
    assertThat(started.pool.givenBack).hasValue(2);
  }

  @Test
  void aRequestThatAProcessDiedWithoutReadingGoesToAnother() throws Exception {
    RunningGateway started = start(settings -> settings);
    started.pool.next(process -> process.end(Ending.LOST));
    started.pool.next(process -> process.answer("Status: 200 OK\r\n\r\nfrom the other"));
    try (RawClient client = started.client()) {
      Answer answer = client.get("/").answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("from the other");
    }
    assertThat(started.pool.givenBack).hasValue(2);
  }

  @Test
  void aRequestThatNoProcessReadsIsGivenUp() throws Exception {
    RunningGateway started = start(settings -> settings);
    for (int i = 0; i < 5; i++) {
      started.pool.next(process -> process.end(Ending.LOST));
    }
    try (RawClient client = started.client()) {
      assertThat(client.get("/").answer().status()).isEqualTo(502);
    }
    assertThat(started.pool.givenBack).hasValue(5);
  }

  @Test
  void aBodyThatAProcessMayHaveSeenIsNotSentTwice() throws Exception {
    RunningGateway started = start(settings -> settings);
    started.pool.next(
        process -> {
          process.head();
          process.end(Ending.LOST); // with the body unread
        });
    try (RawClient client = started.client()) {
      client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc");
      assertThat(client.answer().status()).isEqualTo(502);
    }
    assertThat(started.pool.givenBack).hasValue(1);
  }

  @Test
  void garbageIsSaid() throws Exception {
    RunningGateway started = start(settings -> settings);
    started.pool.next(process -> process.answer("hello, I am no header\n\n"));
    try (RawClient client = started.client()) {
      Answer answer = client.get("/").answer();
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.text()).contains("not a response");
    }
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWithoutAProcess() throws Exception {
    RunningGateway started = start(settings -> settings.withMaxBody(1000));
    try (RawClient client = started.client()) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
      Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.headers()).containsEntry("connection", "close");
    }
    try (RawClient client = started.client()) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("200\r\n" + "x".repeat(512) + "\r\n200\r\n" + "x".repeat(512) + "\r\n");
      assertThat(client.answer().status()).isEqualTo(413);
    }
    assertThat(started.pool.asked).hasValue(0);
  }

  @Test
  void aClientThatStillSendsABodyThatIsTooLargeSeesTheRefusal() throws Exception {
    RunningGateway started = start(settings -> settings.withMaxBody(1000));
    try (RawClient client = started.client()) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
      Thread.sleep(200); // the refusal is on its way by now
      for (int i = 0; i < 30; i++) {
        client.send(new byte[100_000]);
        Thread.sleep(5);
      }
      assertThat(client.answer().status()).isEqualTo(413);
    }
  }

  @Test
  void badRequestsAreSaidByTheServerInItsOwnWords() throws Exception {
    RunningGateway started = start(settings -> settings);
    for (String request :
        List.of(
            "nonsense\r\n\r\n",
            "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n")) {
      try (RawClient client = started.client()) {
        Answer answer = client.send(request).answer();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).doesNotContainIgnoringCase("jetty");
      }
    }
    try (RawClient client = started.client()) {
      client.get("/", "X-Long: " + "x".repeat(40_000));
      assertThat(client.answer().status()).isEqualTo(431);
    }
  }

  @Test
  void aPortThatIsTakenIsSaidWithACure() throws Exception {
    RunningGateway started = start(settings -> settings);
    GatewaySettings same =
        GatewaySettings.of(
            started.gateway.address(),
            AppSpec.named("guestbook", directory),
            Duration.ofSeconds(1),
            directory);
    try (Gateway second = new Gateway(same, started.pool)) {
      assertThatThrownBy(second::start)
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(
              "127.0.0.1 port " + started.gateway.address().getPort(), "in use", "--port");
    }
  }
}
