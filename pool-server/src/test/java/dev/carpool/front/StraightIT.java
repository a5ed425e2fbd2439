package dev.carpool.front;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.ContractLanguage;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Browsers whose connections are handed over to processes that speak HTTP. */
@Timeout(60)
final class StraightIT {

  private static final PoolLimits ONE = PoolLimits.DEFAULT.withMax(1);

  @BeforeEach
  void begin() throws IOException {
    ContractLanguage.NODE.assumeInstalled();
    FrontIT.warmUp();
  }

  private static FrontScene scene(PoolLimits limits, int places) throws IOException {
    AppSpec app = ContractLanguage.NODE.app("whole").withConcurrency(places);
    return new FrontScene(limits, app, Duration.ofSeconds(10), FrontProtocol.HTTP);
  }

  private static ScgiClient ask(ScgiClient client, String path) throws IOException {
    return client.more(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(ISO_8859_1));
  }

  private static long pid(FrontScene scene) {
    return scene.pool.status().apps().getFirst().processes().getFirst().pid();
  }

  @Test
  void oneRequestFollowsTheOtherOnAConnectionThatIsOneSession() throws IOException {
    try (FrontScene scene = scene(ONE, 4);
        ScgiClient browser = scene.tcp()) {
      for (int i = 0; i < 3; i++) {
        String answer = ask(browser, "/pid").some(1000);
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n" + pid(scene));
      }
      assertThat(scene.pool.status().active()).isEqualTo(1);
      browser.close();
      scene.awaitStatus("the place is free", status -> status.active() == 0);
    }
  }

  @Test
  void whoSaysNothingTakesNoPlace() throws Exception {
    try (FrontScene scene = scene(ONE, 1);
        ScgiClient silent = scene.tcp()) {
      Thread.sleep(100);
      try (ScgiClient other = scene.tcp()) {
        assertThat(ask(other, "/pid").some(12)).isEqualTo("HTTP/1.1 200");
      }
      assertThat(ask(silent, "/pid").some(12)).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void whoSpeaksScgiToItIsNotBelieved() throws IOException {
    try (FrontScene scene = scene(ONE, 4);
        ScgiClient liar = scene.tcp().send("/pid")) {
      assertThatThrownBy(liar::text).isInstanceOf(SocketException.class); // closed as he spoke
      assertThat(scene.pool.status().active()).isZero();
    }
  }

  @Test
  void whoIsRefusedIsToldInHttp() throws IOException {
    try (FrontScene scene = scene(ONE.withQueueMax(0), 1);
        ScgiClient first = ask(scene.tcp(), "/sleep/1500")) {
      scene.awaitStatus("busy", status -> status.active() == 1);
      try (ScgiClient second = scene.tcp()) {
        assertThat(ask(second, "/pid").text())
            .startsWith("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n")
            .contains("\r\nRetry-After: ");
      }
      assertThat(first.some(12)).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void aProcessThatDiesIsA502UnlessItHasBegunToAnswer() throws Exception {
    try (FrontScene scene = scene(ONE, 4);
        ScgiClient waiting = scene.tcp();
        ScgiClient begun = scene.tcp()) {
      assertThat(ask(begun, "/drip/1000/10").some(12)).isEqualTo("HTTP/1.1 200");
      ask(waiting, "/sleep/30000");
      scene.awaitStatus(
          "both are served",
          status -> status.apps().getFirst().processes().getFirst().sessions() == 2);
      ProcessHandle.of(pid(scene)).orElseThrow().destroyForcibly();
      assertThat(waiting.text()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
      assertThat(begun.text()).doesNotContain("HTTP/1.1");
    }
  }

  @Test
  void aRestartClosesConnectionsWithoutARequestAndLetsTheOthersFinish() throws Exception {
    try (FrontScene scene = scene(ONE, 4);
        ScgiClient idle = scene.tcp();
        ScgiClient busy = scene.tcp()) {
      assertThat(ask(idle, "/pid").some(1000)).startsWith("HTTP/1.1 200");
      ask(busy, "/sleep/500");
      scene.awaitStatus(
          "both are served",
          status -> status.apps().getFirst().processes().getFirst().sessions() == 2);
      long began = System.nanoTime();
      scene.pool.clear();
      assertThat(idle.text()).isEmpty();
      assertThat(busy.text()).startsWith("HTTP/1.1 200").contains("\r\nConnection: close\r\n");
      scene.awaitStatus("the old one is gone", status -> status.count() == 0);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    }
  }
}
