package dev.carpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.carpool.api.Receipt;
import dev.carpool.cli.ServedApp.Outcome;
import dev.carpool.client.RemotePool;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The commands as an operator types them, while the server serves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandsIT {

  private static final int CLIENTS = 4;

  private ServedApp server;

  @BeforeAll
  void start() throws IOException {
    server = ServedApp.start("--max", "4");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void statusIsThePageOfTheFifoAndJsonSaysTheSame() throws Exception {
    server.get("/");

    Outcome page = server.carpool("status");
    assertThat(page.err()).isEmpty();
    assertThat(page.status()).isZero();
    assertThat(page.out())
        .startsWith("Carpool ")
        .contains("pid " + server.pid())
        .contains("Application echo");
    String fifo = Files.readString(server.runtimeDirectory().resolve("status.fifo"));
    assertThat(page.out().lines().limit(10)).isEqualTo(fifo.lines().limit(10).toList());

    Outcome json = server.carpool("status", "--json");
    JsonObject status = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(status.get("server_pid").getAsLong()).isEqualTo(server.pid());
    assertThat(status.getAsJsonArray("apps").get(0).getAsJsonObject().get("name").getAsString())
        .isEqualTo("echo");
  }

  @Test
  void setPrintsTheReceiptAndTakesEffect() throws Exception {
    server.get("/");

    assertThat(server.carpool("set", "max-idle-time", "90s").out())
        .startsWith("max_idle_time: 5m -> 1m30s (");
    assertThat(server.carpool("set", "queue-max", "50").out()).startsWith("queue_max: 100 -> 50 (");
    assertThat(server.carpool("status").out()).contains("waiting         0 of 50");
  }

  @Test
  void restartAndClearPrintTheirReceiptsAndNewProcessesServe() throws Exception {
    String before = server.get("/").body();

    Outcome restart = server.carpool("restart", "echo");
    assertThat(restart.status()).isZero();
    assertThat(restart.out())
        .matches("(?s)echo: generation \\d+ -> generation \\d+ \\(.*to drain\\)\n");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !server.get("/").body().equals(before) && !isReplacing());
    String between = server.get("/").body();
    assertThat(server.carpool("restart", "--if-changed", "echo").out())
        .startsWith("echo: unchanged since ")
        .endsWith(": not restarted\n");

    assertThat(server.carpool("clear").out())
        .startsWith("all applications: running -> restarted (");
    assertThat(server.get("/").body()).isNotEqualTo(between);
  }

  private boolean isReplacing() throws Exception {
    return server.carpool("status").out().contains("  restart");
  }

  @Test
  void anApplicationThatIsNotThereIsARuntimeError() throws Exception {
    Outcome outcome = server.carpool("restart", "guestbock");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).isEqualTo("carpool: The pool has no application 'guestbock'.\n");
  }

  @Test
  void aWrongCommandLineIs2AndSaysWhere() throws Exception {
    Outcome setting = server.carpool("set", "mxa", "3");
    assertThat(setting.status()).isEqualTo(2);
    assertThat(setting.err()).startsWith("carpool: there is no setting 'mxa'");

    Outcome value = server.carpool("set", "max", "-1");
    assertThat(value.status()).isEqualTo(2);
    assertThat(value.err()).startsWith("carpool: max ");

    assertThat(server.carpool("stauts").status()).isEqualTo(2);
  }

  @Test
  void withoutAServerACommandIs1AndSaysWhereItLooked(@TempDir Path nowhere) throws Exception {
    Outcome outcome = ServedApp.carpool(nowhere, "status");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .isEqualTo(
            "carpool: no server answers at "
                + nowhere.resolve("admin.sock")
                + " (start one with 'carpool serve', or name its place with --runtime-dir)\n");
  }

  @Test
  void stopEndsTheServerAndSaysSo() throws Exception {
    try (ServedApp other = ServedApp.start()) {
      other.get("/");

      Outcome outcome = other.carpool("stop");

      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.out()).isEqualTo("The server (pid " + other.pid() + ") has stopped.\n");
      assertThat(outcome.status()).isZero();
      assertThat(other.awaitEnd()).isZero();
    }
  }

  @Test
  void noRequestFailsWhileThePoolIsDrivenLive() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger served = new AtomicInteger();
    Collection<String> failed = new ConcurrentLinkedQueue<>();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(Thread.ofPlatform().start(() -> ask(over, served, failed)));
    }
    int changes = 0;
    Path admin = server.runtimeDirectory().resolve("admin.sock");
    try (RemotePool pool = RemotePool.connect(admin, "test")) {
      for (int round = 0; round < 8; round++) {
        Receipt lowered = pool.setMax(1);
        assertThat(lowered.after()).isEqualTo("1");
        await().atMost(Duration.ofSeconds(20)).until(() -> pool.count() <= 1);
        pool.restart("echo");
        pool.setMax(4);
        int before = served.get();
        await().atMost(Duration.ofSeconds(20)).until(() -> served.get() > before + CLIENTS);
        pool.clear();
        changes += 4;
      }
    } finally {
      over.set(true);
      for (Thread client : clients) {
        client.join();
      }
    }
    System.out.printf(
        "%d requests while the pool was changed %d times, %d failed%n",
        served.get(), changes, failed.size());
    assertThat(failed).isEmpty();
    assertThat(served.get()).isGreaterThan(8 * CLIENTS);
  }

  private void ask(AtomicBoolean over, AtomicInteger served, Collection<String> failed) {
    while (!over.get()) {
      try {
        HttpResponse<String> answer = server.get("/sleep/0.01");
        if (answer.statusCode() == 200) {
          served.incrementAndGet();
        } else {
          failed.add(answer.statusCode() + " " + answer.body());
        }
      } catch (IOException e) {
        failed.add(e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
