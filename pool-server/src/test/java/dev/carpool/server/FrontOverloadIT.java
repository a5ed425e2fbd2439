package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.server.Visits.Visit;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** More visitors than places, behind nginx and Apache: each waits in order. */
class FrontOverloadIT {

  @BeforeAll
  static void assumeInstalled() {
    Nginx.assumeInstalled();
    Apache.assumeInstalled();
  }

  @Test
  void whoWaitsTooLongIsTold504() throws Exception {
    try (Site site = Site.open(text -> Site.limited(text, 1, 9).replace("\"30s\"", "\"500ms\""))) {
      for (WebServer server : site.both()) {
        List<Visit> visits;
        try (Visits two = new Visits(site, List.of(server), "/sleep?s=1")) {
          visits = two.burst(2).await();
        }
        assertThat(Visits.failed(visits))
            .hasSize(1)
            .allSatisfy(
                late -> {
                  assertThat(late.status()).isEqualTo(504);
                  assertThat(late.body()).startsWith("504 Waited too long");
                  assertThat(Integer.parseInt(late.retryAfter())).isPositive();
                });
      }
      assertThat(site.carpool().status()).contains("2 queue timeout");
    }
  }

  @Test
  void twoHundredAtOnceAreAllServedByFourProcesses() throws Exception {
    try (Site site = Site.open(text -> Site.limited(text, 4, 1000).replace("\"30s\"", "\"80s\""))) {
      List<WebServer> servers = site.both();
      long start = System.nanoTime();
      List<Visit> visits;
      try (Visits all = new Visits(site, servers, "/sleep?s=0.5")) {
        visits = all.burst(200).await();
      }
      System.out.printf(
          "200 of 500 ms on 4 processes: %.1f s, ideal are 25.0%n",
          (System.nanoTime() - start) / 1e9);
      assertThat(Visits.failed(visits)).isEmpty();
      assertThat(visits).hasSize(200);
      assertThat(servers.getFirst().errors()).doesNotContain("Resource temporarily unavailable");
    }
  }

  @Test
  void withoutDescriptorsForAllTheOthersWaitWithTheKernelAndNobodyIsLost() throws Exception {
    try (Site site = Site.open(4, 1000)) {
      WebServer nginx = site.both().getFirst();
      site.quiet(nginx, 4);
      String limit = Long.toString(ProcessFacts.openFiles(site.carpool().pid()) + 40);
      ProcessFacts.run("prlimit", "--pid=" + site.carpool().pid(), "--nofile=" + limit);
      List<Visit> visits;
      try (Visits all = new Visits(site, List.of(nginx), "/sleep?s=0.02")) {
        visits = all.burst(200).await();
      }
      assertThat(Visits.failed(visits)).isEmpty();
      assertThat(visits).hasSize(200);
      assertThat(site.carpool().log()).contains("who comes has to wait", "EMFILE");
    }
  }

  @Test
  void withoutCarpoolTheWebServerAnswersAndWhenItIsBackTheVisitorsAreServedAtOnce()
      throws Exception {
    try (Site site = Site.open()) {
      List<WebServer> servers = site.both();
      site.carpool().close();
      for (WebServer server : servers) {
        try (WebClient visitor = site.visitor(server)) {
          assertThat(visitor.get("/pid").status()).isEqualTo(server instanceof Nginx ? 502 : 503);
        }
        assertThat(server.errors()).contains("No such file or directory");
      }
      site.startCarpool();
      for (WebServer server : servers) {
        try (WebClient visitor = site.visitor(server)) {
          assertThat(visitor.get("/pid").status()).as("" + server).isEqualTo(200);
        }
      }
    }
  }
}
