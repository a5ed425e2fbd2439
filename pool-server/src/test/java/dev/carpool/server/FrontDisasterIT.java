package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.server.Visits.Visit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Processes that are killed, and a server that stands still, behind nginx and Apache at once. */
@Tag("alone")
class FrontDisasterIT {

  /** A process that waits in the kernel may take a connection until it runs again and dies. */
  private static final long LAST_BREATH = 10_000_000;

  /** When a process was killed, by {@link System#nanoTime}. */
  private record Kill(long from, long to) {}

  @BeforeAll
  static void assumeInstalled() {
    Nginx.assumeInstalled();
    Apache.assumeInstalled();
  }

  @Test
  void aServerThatStoodStillServesAllWhoCameMeanwhileInTheirOrder() throws Exception {
    try (Site site = Site.open(1, 1000)) {
      List<WebServer> servers = site.both();
      Map<String, Long> open = site.quiet(servers.getFirst(), 1);
      List<Visit> visits;
      long delay;
      try (Visits coming = new Visits(site, servers, "/sleep?s=0.002")) {
        long end = System.nanoTime() + 4_000_000_000L;
        site.carpool().signal("STOP");
        try {
          coming.paced(Duration.ofMillis(15), Duration.ofMillis(160 * 15));
          TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
        } finally {
          site.carpool().signal("CONT");
        }
        visits = new ArrayList<>(coming.await());
        delay = coming.worstDelay();
      }
      assertThat(visits).hasSize(160);
      assertThat(Visits.failed(visits)).isEmpty();
      visits.sort(Comparator.comparingLong(Visit::from));
      int first = visits.stream().mapToInt(visit -> Integer.parseInt(visit.body())).min().orElse(0);
      int worst = 0;
      for (int i = 0; i < visits.size(); i++) {
        worst = Math.max(worst, Math.abs(Integer.parseInt(visits.get(i).body()) - first - i));
      }
      System.out.printf(
          "160 while the server stood still for 4 s: the first waited %d ms, the last %d ms;"
              + " at most %d places from the order in which they came (one came up to %d ms late)%n",
          visits.getFirst().millis(), visits.getLast().millis(), worst, delay);
      assertThat(worst)
          .as(
              "places from the order; two web servers may connect in another one than their visitors")
          .isLessThanOrEqualTo(3 + Math.toIntExact(2 * delay / 15));
      site.carpool().awaitDescriptors(open);
    }
  }

  @Test
  void aKilledProcessTakesOneRequestWithItAndNobodyElseNotices() throws Exception {
    try (Site site = Site.open(4, 100)) {
      List<WebServer> servers = site.both();
      Map<String, Long> open = site.quiet(servers.getFirst(), 4);
      Queue<Kill> kills = new ConcurrentLinkedQueue<>();
      List<Visit> visits;
      long delay;
      try (Visits coming = new Visits(site, servers, "/sleep?s=0.04")) {
        Thread killer = Thread.ofPlatform().start(() -> kill(site, kills));
        coming.paced(Duration.ofMillis(20), Duration.ofSeconds(10));
        killer.interrupt();
        killer.join();
        visits = coming.await();
        delay = coming.worstDelay();
      }
      List<Visit> failed = Visits.failed(visits);
      System.out.printf(
          "%d kills under 50 requests a second: %d of %d failed, silence of %d ms at the most,"
              + " the slowest answer after %d ms (a visitor came up to %d ms late)%n",
          kills.size(),
          failed.size(),
          visits.size(),
          Visits.longestSilence(visits),
          visits.stream().mapToLong(Visit::millis).max().orElse(0),
          delay);
      assertThat(kills).hasSizeGreaterThanOrEqualTo(15);
      assertThat(failed).hasSizeLessThanOrEqualTo(kills.size()).isNotEmpty();
      assertThat(failed)
          .allSatisfy(
              visit -> {
                assertThat(visit.status()).as(visit.body()).isEqualTo(502);
                assertThat(visit.body()).startsWith("502 No answer");
                assertThat(kills)
                    .anyMatch(kill -> kill.to() >= visit.from() && kill.from() <= visit.to());
              });
      assertThat(Visits.longestSilence(visits)).isLessThan(100 + 2 * delay);
      assertThat(visits).allSatisfy(visit -> assertThat(visit.millis()).isLessThan(2000));
      site.quiet(servers.getFirst(), 4);
      site.carpool().awaitDescriptors(open);
    }
  }

  /** Kills a process every half second. */
  private static void kill(Site site, Queue<Kill> kills) {
    try {
      while (true) {
        Thread.sleep(500);
        List<ProcessHandle> processes = site.processes();
        long from = System.nanoTime();
        processes.get(kills.size() % processes.size()).destroyForcibly();
        kills.add(new Kill(from, System.nanoTime() + LAST_BREATH));
      }
    } catch (InterruptedException e) {
      // Enough.
    }
  }

  @Test
  void whoeverGetsHalfAResponseKnowsItIfItSaidItsLength() throws Exception {
    try (Site site = Site.open()) {
      for (WebServer server : site.both()) {
        try (WebClient visitor = site.visitor(server)) {
          WebClient.Answer dead = visitor.get("/die");
          assertThat(dead.status()).isEqualTo(502);
          assertThat(dead.body()).startsWith("502 No answer");
          assertThatThrownBy(() -> visitor.get("/die-half?length=1"))
              .as("behind " + server)
              .isInstanceOf(IOException.class);
          assertThat(visitor.get("/die-half").body())
              .as("without a length nobody can know, as the documents say")
              .isEqualTo("half");
        }
      }
      assertThat(site.carpool().log()).contains("was ended by SIGKILL");
    }
  }
}
