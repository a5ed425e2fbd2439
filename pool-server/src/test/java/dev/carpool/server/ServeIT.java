package dev.carpool.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One process and its clients, slow ones and sudden ends among them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServeIT {

  private RunningServer server;

  @BeforeAll
  void start() throws Exception {
    server = RunningServer.serve(RunningServer.APPS.resolve("plain"), "--max", 1);
    assertThat(server.get("/big?n=100000").body()).hasSize(100_000);
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  @Test
  void uploadsThatAreHalfSentOccupyNoProcess() throws Exception {
    Map<String, Long> before = descriptorsAtRest();
    List<Socket> halves = new ArrayList<>();
    try {
      for (int i = 0; i < 10; i++) {
        Socket half = connect();
        half.getOutputStream()
            .write(
                "POST /upload HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\nhalf"
                    .getBytes(ISO_8859_1));
        halves.add(half);
      }
      assertThat(server.get("/").statusCode()).isEqualTo(200);
      assertThat(server.figure("active")).isZero();

      Socket first = halves.getFirst();
      first.getOutputStream().write(new byte[1_000_000 - 4]);
      byte[] answer = first.getInputStream().readNBytes(12);
      assertThat(new String(answer, ISO_8859_1)).isEqualTo("HTTP/1.1 200");
    } finally {
      for (Socket half : halves) {
        half.close();
      }
    }
    server.awaitDescriptors(before);
  }

  @Test
  void aReaderThatPausesFreesTheProcessOnceTheResponseIsBuffered() throws Exception {
    Map<String, Long> before = descriptorsAtRest();
    try (Socket slow = connect()) {
      slow.getOutputStream()
          .write("GET /big?n=900000 HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(ISO_8859_1));
      assertThat(slow.getInputStream().read()).isEqualTo('H');

      server.awaitFigure("active", 0);
      assertThat(server.get("/").statusCode()).isEqualTo(200);
      assertThat(readUntilIdle(slow.getInputStream())).isGreaterThan(900_000);
    }
    server.awaitDescriptors(before);
  }

  @Test
  void aReaderThatHangsUpInTheMiddleFreesTheProcess() throws Exception {
    Map<String, Long> before = descriptorsAtRest();
    try (Socket rude = connect()) {
      rude.getOutputStream()
          .write("GET /big?n=500000000 HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(ISO_8859_1));
      assertThat(rude.getInputStream().read()).isEqualTo('H');
      server.awaitFigure("active", 1);
    }
    server.awaitFigure("active", 0);
    assertThat(server.get("/").statusCode()).isEqualTo(200);
    server.awaitDescriptors(before);
  }

  @Test
  void aProcessKilledBetweenRequestsIsNotSeenByClients() throws Exception {
    Set<String> pids = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      HttpResponse<String> answer = server.get("/");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(pids.add(answer.body())).as("a new process").isTrue();

      ProcessFacts.signal(Long.parseLong(answer.body()), "KILL");
      if (i % 2 == 0) {
        server.awaitFigure("count", 0); // the other times the next request races with the news
      }
    }
  }

  @Test
  void anApplicationSeesNothingOfTheServer() throws Exception {
    String world = server.get("/world").body();

    assertThat(world)
        .contains("\"CARPOOL_APP\": \"plain\"")
        .contains("\"PATH\": \"")
        .doesNotContain(RunningServer.SECRET)
        .doesNotContain("CARPOOL_TEST_SECRET")
        .doesNotContain("CARPOOL_ENTRY")
        .contains("\"stdin\": \"/dev/null\"")
        .contains("\"inherited\": [\"0\", \"1\", \"2\", \"3\"]")
        .contains("\"directory\": \"" + RunningServer.APPS.resolve("plain") + "\"");
    String pid = server.get("/").body();
    assertThat(world)
        .contains("\"pid\": " + pid + ",")
        .contains("\"session\": " + pid + ",")
        .contains("\"group\": " + pid + ",");
  }

  @Test
  void whatAnApplicationPrintsIsInTheLogWithItsNameAndPid() throws Exception {
    assertThat(server.get("/talk").body()).isEqualTo("said");

    server.awaitLog("plain [" + server.get("/").body() + "] a line for the log");
  }

  @Test
  void aStatusIsWholeForEachReader() throws Exception {
    server.get("/");
    for (int i = 0; i < 20; i++) {
      assertThat(server.status())
          .startsWith("Carpool ")
          .contains("Application plain")
          .endsWith("\n");
    }
  }

  @Test
  void itsFilesAreItsOwnersAlone() throws Exception {
    assertThat(Files.getPosixFilePermissions(server.runtimeDirectory())).hasSize(3);
    assertThat(Files.getPosixFilePermissions(server.runtimeDirectory().resolve("status.fifo")))
        .hasSize(2);
    assertThat(Files.getPosixFilePermissions(server.runtimeDirectory().resolve("admin.sock")))
        .hasSize(2);
  }

  @Test
  void termLetsTheRunningRequestFinish() throws Exception {
    try (RunningServer other = RunningServer.serve(RunningServer.APPS.resolve("plain"))) {
      other.get("/");
      CompletableFuture<HttpResponse<String>> running =
          other
              .browser()
              .sendAsync(other.request("/sleep?s=2").build(), HttpResponse.BodyHandlers.ofString());
      other.awaitFigure("active", 1);

      other.signal("TERM");

      HttpResponse<String> answer = running.get(10, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(other.awaitEnd()).isZero();
      assertThat(other.log()).contains("stopping (TERM)").endsWith("stopped\n");
    }
  }

  @Test
  void intAndASecondTermStopAtOnce() throws Exception {
    for (List<String> signals : List.of(List.of("INT"), List.of("TERM", "TERM"))) {
      try (RunningServer other = RunningServer.serve(RunningServer.APPS.resolve("plain"))) {
        other.get("/");
        CompletableFuture<HttpResponse<String>> running =
            other
                .browser()
                .sendAsync(
                    other.request("/sleep?s=60").build(), HttpResponse.BodyHandlers.ofString());
        other.awaitFigure("active", 1);
        long start = System.nanoTime();

        for (String signal : signals) {
          other.signal(signal);
          Thread.sleep(200); // so that they are two
        }

        assertThat(other.awaitEnd()).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        HttpResponse<String> brokenOff = running.get(5, TimeUnit.SECONDS);
        assertThat(brokenOff.statusCode()).isEqualTo(503);
        assertThat(brokenOff.body()).startsWith("503 Shutting down\n");
      }
    }
  }

  @Test
  void killOfTheServerLeavesNoProcess() throws Exception {
    RunningServer other = RunningServer.serve(RunningServer.APPS.resolve("plain"));
    long pid = Long.parseLong(other.get("/").body());

    other.signal("KILL");

    await("its process ends")
        .atMost(Duration.ofSeconds(4))
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    assertThat(other.awaitEnd()).isEqualTo(137);
    other.browser().shutdownNow();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16 * 1024);
    socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Reads a response in chunks until its last one. */
  private static int readUntilIdle(InputStream in) throws IOException {
    byte[] buffer = new byte[65536];
    int total = 0;
    while (true) {
      int n = in.read(buffer);
      total += Math.max(n, 0);
      if (n < 0 || new String(buffer, 0, n, ISO_8859_1).endsWith("\r\n0\r\n\r\n")) {
        return total;
      }
    }
  }

  private Map<String, Long> descriptorsAtRest() throws Exception {
    server.get("/");
    server.awaitFigure("active", 0);
    return server.descriptors();
  }
}
