package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.server.Visits.Visit;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * More visitors than places and seats, behind nginx and Apache: who is too many is told at once.
 */
@Tag("alone")
class FrontFullIT {

  @BeforeAll
  static void assumeInstalled() {
    Nginx.assumeInstalled();
    Apache.assumeInstalled();
  }

  @Test
  void whoFindsTheRoomFullIsTold503AtOnceAndTheOthersAreServed() throws Exception {
    try (Site site = Site.open(2, 2)) {
      for (WebServer server : site.both()) {
        site.quiet(server, 2);
        for (int i = 0; i < 10; i++) { // so that the times are Carpool's, and no first times
          try (Visits warming = new Visits(site, List.of(server), "/pid")) {
            warming.burst(2).await();
          }
        }
        List<Visit> visits;
        try (Visits six = new Visits(site, List.of(server), "/sleep?s=2")) {
          visits = six.burst(6).await();
        }
        System.out.println(
            "Six of 2 s for two places and two seats behind " + server + ": " + brief(visits));
        assertThat(visits).filteredOn(visit -> visit.status() == 200).hasSize(4);
        assertThat(Visits.failed(visits))
            .hasSize(2)
            .allSatisfy(
                refused -> {
                  assertThat(refused.status()).isEqualTo(503);
                  assertThat(refused.body()).startsWith("503 Too busy");
                  assertThat(Integer.parseInt(refused.retryAfter())).isBetween(1, 10);
                  assertThat(refused.millis()).isLessThan(100);
                });
        assertThat(server.errors())
            .doesNotContain("Resource temporarily unavailable")
            .doesNotContain("(11");
      }
      assertThat(site.carpool().status()).contains("4 queue full");
    }
  }

  private static String brief(List<Visit> visits) {
    return String.join(
        ", ",
        visits.stream()
            .map(visit -> "%d after %d ms".formatted(visit.status(), visit.millis()))
            .toList());
  }
}
