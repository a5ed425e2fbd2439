package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class EventsIT {

  private static final String LISTEN = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir Path temp;
  private OpenAdmin admin;
  private final List<Socket> open = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    admin = OpenAdmin.onLoopback(temp);
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
    admin.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("admin-events") && thread.isAlive());
  }

  private Socket listen() throws IOException {
    Socket socket = admin.connect();
    open.add(socket);
    socket.getOutputStream().write(LISTEN.getBytes(UTF_8));
    return socket;
  }

  private void awaitListeners(int count) {
    await("listeners")
        .atMost(Duration.ofSeconds(10))
        .until(() -> admin.listener.eventListeners() == count);
  }

  @Test
  void theStatusComesAgainAndAgain() throws Exception {
    InputStream in = listen().getInputStream();

    assertThat(OpenAdmin.until(in, "\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .contains("Content-Type: text/event-stream");
    assertThat(OpenAdmin.until(in, "event: status\ndata: ")).contains("retry: 1000\n\n");
    String status = OpenAdmin.until(in, "\n\n");
    assertThat(JsonParser.parseString(status).getAsJsonObject().get("waiting").getAsInt())
        .isEqualTo(3);
    OpenAdmin.until(in, "event: requests\ndata: ");
    assertThat(JsonParser.parseString(OpenAdmin.until(in, "\n\n")).getAsJsonArray()).hasSize(1);
    admin.pool.max = 8;
    OpenAdmin.until(in, "\"max\":8");
  }

  @Test
  void oneLookIsForAllWhoListenAndNoneForNobody() throws Exception {
    for (int i = 0; i < 8; i++) {
      OpenAdmin.until(listen().getInputStream(), "event: status");
    }
    int before = admin.pool.looks.get();
    long start = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      for (Socket socket : open) {
        OpenAdmin.until(socket.getInputStream(), "event: status");
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(admin.pool.looks.get() - before)
        .isLessThanOrEqualTo((int) took.dividedBy(OpenAdmin.RHYTHM.period()) + 2);

    for (Socket socket : open) {
      socket.close();
    }
    awaitListeners(0);
    int atRest = admin.pool.looks.get() + 1; // one may be under way
    Thread.sleep(OpenAdmin.RHYTHM.period().multipliedBy(10));
    assertThat(admin.pool.looks.get()).isLessThanOrEqualTo(atRest);
  }

  @Test
  void thirtyTwoListenAndTheNextIsTold() throws Exception {
    for (int i = 0; i < Events.MOST; i++) {
      OpenAdmin.until(listen().getInputStream(), "event: status");
    }
    InputStream refused = listen().getInputStream();
    assertThat(OpenAdmin.until(refused, "\r\n\r\n"))
        .startsWith("HTTP/1.1 503 ")
        .contains("Retry-After: 5");
    OpenAdmin.until(refused, "32 listeners already");
    assertThat(admin.get("/healthz")).as("all else is answered").endsWith("ok\n");

    open.getFirst().close();
    awaitListeners(Events.MOST - 1);
    OpenAdmin.until(listen().getInputStream(), "event: status");
  }

  @Test
  @Timeout(20) // in which it reads for as long as the other one is not cut off
  void whoDoesNotReadIsCutOffAndHoldsUpNobody() throws Exception {
    admin.pool.name = "x".repeat(200_000);
    Socket slow = new Socket();
    open.add(slow);
    slow.setReceiveBufferSize(8 * 1024);
    slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), admin.port()));
    slow.getOutputStream().write(LISTEN.getBytes(UTF_8));
    awaitListeners(1);

    InputStream quick = new BufferedInputStream(listen().getInputStream());
    awaitListeners(2);
    long deadline = System.nanoTime() + Duration.ofSeconds(8).toNanos(); // before the idle time
    while (admin.listener.eventListeners() == 2 && System.nanoTime() < deadline) {
      OpenAdmin.until(quick, "event: status");
    }

    assertThat(admin.listener.eventListeners()).isEqualTo(1);
    admin.pool.name = "shop";
    OpenAdmin.until(quick, "\"name\":\"shop\"");
  }

  @Test
  void closingEndsThem() throws Exception {
    Socket socket = listen();
    OpenAdmin.until(socket.getInputStream(), "event: status");

    admin.listener.close();

    assertThat(socket.getInputStream().readAllBytes())
        .as("what was on its way")
        .hasSizeLessThan(50_000);
    awaitListeners(0);
  }
}
