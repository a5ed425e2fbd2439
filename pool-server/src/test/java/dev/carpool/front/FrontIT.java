package dev.carpool.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.descriptor.Signals;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fronts with real processes; this test is the web server, and sees every byte. */
final class FrontIT {

  private static final PoolLimits ONE = PoolLimits.DEFAULT.withMax(1);

  private static final int SIGSTOP = 19;

  @BeforeAll
  static void warmUp() throws IOException {
    // What the JVM opens once and keeps: a socket with the first connection that it closes.
    try (ServerSocketChannel listening = ServerSocketChannel.open().bind(null)) {
      SocketChannel.open(listening.getLocalAddress()).close();
    }
    new FrontScene(ONE).close();
  }

  private static int waiting(PoolStatus status) {
    return status.waiting() + status.expecting();
  }

  @Nested
  final class AVisitor {

    @Test
    void isServedOnAUnixSocketAndOnATcpPort() throws IOException {
      try (FrontScene scene = new FrontScene(ONE);
          ScgiClient tcp = scene.tcp().send("/", new byte[100_000])) {
        assertThat(scene.get("/").status()).isEqualTo(200);
        assertThat(tcp.response().body()).endsWith(" 100000");
      }
    }

    @Test
    void whoSaysNothingOccupiesNoProcess() throws IOException {
      try (FrontScene scene = new FrontScene(ONE);
          ScgiClient silent = scene.unix();
          ScgiClient silentToo = scene.tcp()) {
        assertThat(scene.get("/").status()).isEqualTo(200);
        assertThat(silent.send("/").response().status()).isEqualTo(200);
        assertThat(silentToo.send("/").response().status()).isEqualTo(200);
        assertThat(scene.pool.status().unserved().withdrawn()).isZero();
      }
    }

    @Test
    void whoLeavesWithoutAWordIsForgotten() throws IOException {
      try (FrontScene scene = new FrontScene(ONE)) {
        scene.unix().close();
        scene.tcp().close();
        assertThat(scene.get("/").status()).isEqualTo(200);
      }
    }

    @Test
    void whoHangsUpWhileHeWaitsLeavesTheWaitingRoomAndIsNotServed() throws IOException {
      try (FrontScene scene = new FrontScene(ONE);
          ScgiClient longOne = scene.unix().send("/sleep/2")) {
        scene.awaitStatus("the long one is served", status -> status.active() == 1);
        ScgiClient unix = scene.unix().send("/");
        ScgiClient tcp = scene.tcp().send("/");
        scene.awaitStatus("two wait", status -> waiting(status) == 2);
        unix.close();
        tcp.close();
        scene.awaitStatus(
            "nobody waits, and the long one is still served",
            status -> waiting(status) == 0 && status.active() == 1);
        assertThat(longOne.response().body()).contains(" 1 ");
        assertThat(scene.get("/").body()).contains(" 2 ");
        assertThat(scene.pool.status().unserved().withdrawn()).isEqualTo(2);
      }
    }

    @Test
    void whoHungUpAMomentBeforeHisTurnIsNotServed() throws IOException {
      try (FrontScene scene = new FrontScene(ONE)) {
        assertThat(scene.get("/").body()).contains(" 1 ");
        try (ScgiClient first = scene.unix().send("/sleep/0.04")) {
          scene.unix().send("/").close(); // not long enough ago to be watched
          assertThat(first.response().body()).contains(" 2 ");
        }
        assertThat(scene.get("/").body()).contains(" 3 ");
      }
    }
  }

  @Nested
  final class ARefusal {

    @Test
    void ofAFullRoomSaysWhenToComeAgainThoughItsBodyIsUnread() throws IOException {
      try (FrontScene scene = new FrontScene(ONE.withQueueMax(0));
          ScgiClient served = scene.unix().send("/sleep/1")) {
        scene.awaitStatus("one is served", status -> status.active() == 1);
        try (ScgiClient unix = scene.unix().send("/", new byte[3_000_000]);
            ScgiClient tcp = scene.tcp().send("/", new byte[3_000_000])) {
          for (ScgiClient.Response refused : List.of(unix.response(), tcp.response())) {
            assertThat(refused.status()).isEqualTo(503);
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
            assertThat(refused.header("Content-Length")).isEqualTo("" + refused.body().length());
            assertThat(refused.body()).startsWith("503 Too busy");
          }
        }
        assertThat(served.response().status()).isEqualTo(200);
        assertThat(scene.pool.status().unserved().queueFull()).isEqualTo(2);
      }
    }

    @Test
    void ofWhoWaitedTooLongIsA504() throws IOException {
      try (FrontScene scene = new FrontScene(ONE, FrontScene.APP, Duration.ofMillis(500));
          ScgiClient served = scene.unix().send("/sleep/1.5")) {
        scene.awaitStatus("one is served", status -> status.active() == 1);
        ScgiClient.Response refused = scene.get("/");
        assertThat(refused.status()).isEqualTo(504);
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
        assertThat(served.response().status()).isEqualTo(200);
      }
    }

    @Test
    void ofAnAppThatCannotStartNamesTheReportAndShowsNothingOfIt() throws IOException {
      AppSpec app = FrontScene.app(Path.of("src/test/apps/misbehaving/syntax-error"));
      try (FrontScene scene = new FrontScene(ONE, app, Duration.ofSeconds(30))) {
        ScgiClient.Response refused = scene.get("/");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(refused.body()).contains("Report ").doesNotContain("SyntaxError");
      }
    }

    @Test
    void ofAnAppThatCannotStartIsAWholePageForItsDevelopers() throws IOException {
      AppSpec app = FrontScene.app(Path.of("src/test/apps/misbehaving/syntax-error"));
      Duration timeout = Duration.ofSeconds(30);
      try (FrontScene scene = new FrontScene(ONE, app, timeout)) {
        scene.front.change(new FrontSettings(app, timeout, true));
        ScgiClient.Response page = scene.get("/");
        assertThat(page.status()).isEqualTo(503);
        assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.body()).startsWith("<!DOCTYPE html>").contains("SyntaxError");
      }
    }

    @Test
    void isWhatEverybodyGetsWhileThePoolShutsDown() throws IOException {
      try (FrontScene scene = new FrontScene(ONE);
          ScgiClient served = scene.unix().send("/sleep/1")) {
        scene.awaitStatus("one is served", status -> status.active() == 1);
        try (ScgiClient waits = scene.unix().send("/")) {
          scene.awaitStatus("one waits", status -> waiting(status) == 1);
          var ignored = scene.pool.shutDown(Duration.ofSeconds(10));
          assertThat(waits.response().body()).startsWith("503 Shutting down");
        }
        assertThat(scene.get("/").body()).startsWith("503 Shutting down");
        assertThat(served.response().status()).isEqualTo(200);
      }
    }
  }

  @Nested
  final class AProcessThatDies {

    @Test
    void beforeItAnsweredIsA502() throws IOException {
      try (FrontScene scene = new FrontScene(ONE)) {
        ScgiClient.Response answered = scene.get("/die");
        assertThat(answered.status()).isEqualTo(502);
        assertThat(answered.body()).startsWith("502 No answer");
        assertThat(scene.get("/").status()).isEqualTo(200);
      }
    }

    @Test
    void beforeItTookTheConnectionCostsNobodyAnything() throws IOException {
      try (FrontScene scene = new FrontScene(ONE)) {
        assertThat(scene.get("/").status()).isEqualTo(200);
        long pid = scene.pool.status().apps().getFirst().processes().getFirst().pid();
        Signals.send(pid, SIGSTOP);
        try (ScgiClient visitor = scene.unix().send("/")) {
          scene.awaitStatus("his hand-over", status -> status.active() == 1);
          Signals.send(pid, Signals.KILL);
          assertThat(visitor.response().status()).isEqualTo(200);
        }
      }
    }

    @Test
    void inTheMiddleOfItsAnswerAddsNothingToIt() throws IOException {
      try (FrontScene scene = new FrontScene(ONE)) {
        assertThat(scene.get("/die-in-the-middle").body()).isEqualTo("half of it");
        try (ScgiClient tcp = scene.tcp().send("/die")) {
          assertThat(tcp.response().status()).isEqualTo(502);
        }
      }
    }
  }

  @Nested
  final class Closing {

    @Test
    @Timeout(20) // the silence itself would end by itself after a minute
    void sendsAwayWhoeverHasSaidNothing() throws IOException {
      try (FrontScene scene = new FrontScene(ONE);
          ScgiClient silent = scene.unix()) {
        scene.awaitStatus("his turn has come", status -> status.active() == 0 && ready(status));
        assertThat(scene.get("/").status()).isEqualTo(200);
        scene.front.close();
        assertThat(silent.text()).isEmpty();
      }
    }

    private static boolean ready(PoolStatus status) {
      return status.inactive() == 1;
    }

    @Test
    void answersWhoeverHasConnectedBefore() throws IOException {
      try (FrontScene scene = new FrontScene(ONE)) {
        List<ScgiClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          clients.add(scene.unix().send("/"));
        }
        scene.front.close();
        assertThat(scene.socket()).doesNotExist();
        for (ScgiClient client : clients) {
          assertThat(client.response().status()).isEqualTo(200);
          client.close();
        }
      }
    }
  }
}
