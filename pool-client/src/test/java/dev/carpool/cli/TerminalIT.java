package dev.carpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.carpool.client.RemotePool;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** {@code carpool status} on a real terminal, with a real server. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TerminalIT {

  private static final int LOCAL_MODES = 3;
  private static final int ECHO_AND_LINES = 8 | 2;
  private static final String KEYS = "q quits";

  private ServedApp server;

  @BeforeAll
  void start() throws Exception {
    server = ServedApp.start("--max", "4");
    server.get("/");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aTerminalGetsColumnsInColoursUnlessTheyAreUnwanted() throws Exception {
    OnTerminal coloured = OnTerminal.steps().run(server.command("status"));
    assertThat(coloured.status()).isZero();
    assertThat(coloured.shown()).contains("\u001b[1mCarpool ");
    assertThat(coloured.plain())
        .containsPattern("(?m)^APP +WAITING +BUSY +IDLE +TOTAL +SERVED +REFUSED +GEN")
        .containsPattern("(?m)^echo +0 +0 +1 +1 +[0-9]+ +0 +1 +-$");

    OnTerminal plain =
        OnTerminal.steps().run(OnTerminal.with(server.command("status"), Map.of("NO_COLOR", "1")));
    assertThat(plain.shown()).doesNotContain("\u001b").contains("APP ");
    assertThat(server.carpool("status").out()).doesNotContain("\u001b").contains("Application ");
  }

  @Test
  void runningRequestsAreNamed() throws Exception {
    CompletableFuture<HttpResponse<String>> slow =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server.get("/sleep/8?secret=1");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    OnTerminal watched =
        OnTerminal.steps()
            .await("GET /sleep/8")
            .type("q")
            .run(server.command("status", "--watch", "--requests"));
    assertThat(watched.plain()).containsPattern("(?m)^ *PID +APP +FOR +REQUEST$");
    watched.leftAsItWas();

    JsonObject json =
        JsonParser.parseString(server.carpool("status", "--requests", "--json").out())
            .getAsJsonObject();
    JsonArray requests = json.getAsJsonArray("requests");
    assertThat(requests).hasSize(1);
    assertThat(requests.get(0).getAsJsonObject().get("what").getAsString())
        .startsWith("GET /sleep/8");
    assertThat(slow.get().statusCode()).isEqualTo(200);
  }

  @Test
  void keysSortAndChangeMaxAndAnotherSizeIsFilledAndTheEndLeavesTheTerminalAsItWas()
      throws Exception {
    OnTerminal watched =
        OnTerminal.steps()
            .await(KEYS)
            .type("+")
            .await("max: 4 -> 5 (")
            .type("-")
            .await("max: 5 -> 4 (")
            .type("m7")
            .await("max: 7_")
            .type("\u007f6\r")
            .await("max: 4 -> 6 (")
            .type("m0\r")
            .await("max is 0, but at least 1")
            .type("\u001b[A") // an arrow is nothing
            .await(KEYS)
            .type("m9\u001b")
            .await(KEYS)
            .type("n")
            .await("\u001b[1m n name")
            .size(6, 20) // it fits at once
            .await("... and ")
            .size(24, 100)
            .await(KEYS)
            .type("q")
            .run(server.command("status", "--watch"));
    assertThat(watched.leftAsItWas().status()).isZero();
    int during = watched.during().get(LOCAL_MODES).getAsInt();
    assertThat(during & ECHO_AND_LINES).as("keys one by one, unseen").isZero();
    try (RemotePool pool =
        RemotePool.connect(server.runtimeDirectory().resolve("admin.sock"), "test")) {
      assertThat(pool.status().limits().max()).isEqualTo(6);
      pool.setMax(4);
    }
  }

  @Test
  void controlCIsAGoodEndAndTermLeavesTheTerminalAsItWasToo() throws Exception {
    OnTerminal interrupted =
        OnTerminal.steps().await(KEYS).type("\u0003").run(server.command("status", "--watch"));
    assertThat(interrupted.leftAsItWas().status()).isZero();

    OnTerminal terminated =
        OnTerminal.steps().await(KEYS).signal("TERM").run(server.command("status", "--watch"));
    assertThat(terminated.leftAsItWas().status()).isEqualTo(143);
  }

  @Test
  void aServerThatGoesIsSaidBelowARestoredTerminal() throws Exception {
    try (ServedApp other = ServedApp.start()) {
      OnTerminal watched =
          OnTerminal.steps()
              .await(KEYS)
              .signal("TERM", other.pid())
              .await("carpool: The")
              .run(other.command("status", "--watch"));
      assertThat(watched.leftAsItWas().status()).isEqualTo(1);
      assertThat(watched.shown().indexOf("\u001b[?1049l"))
          .isLessThan(watched.shown().indexOf("carpool: The"));
      assertThat(other.awaitEnd()).isZero();
    }
  }
}
