package dev.carpool.client;

import static dev.carpool.client.ServerUnderTest.ECHO;
import static dev.carpool.client.ServerUnderTest.SOON;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.PoolStatus;
import dev.carpool.channel.ChildStandardStream;
import java.io.BufferedReader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A client that is killed takes nothing with it. */
class KilledClientIT {

  @Test
  void whatAKilledClientHeldAndWaitedForIsBackWithinASecond() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start("--max", "5");
        RemotePool client = server.connect()) {
      ServerUnderTest.exchange(client, ECHO, "/warm-up");
      ServerCensus before = server.censusAtRest(client);

      Process holder =
          ServerUnderTest.python("holding_client.py", ECHO.toString(), "5", "3")
              .redirectInput(ChildStandardStream.of(server.process().socket().descriptor()))
              .start();
      try (BufferedReader lines = holder.inputReader()) {
        assertThat(lines.readLine()).startsWith("holding ");
      }
      await().atMost(SOON).until(() -> waiting(client.status()) == 3);
      assertThat(client.active()).isEqualTo(5);

      long killed = System.nanoTime();
      holder.destroyForcibly();
      await()
          .pollDelay(0, MILLISECONDS)
          .pollInterval(1, MILLISECONDS)
          .atMost(1, TimeUnit.SECONDS)
          .until(
              () -> {
                PoolStatus status = client.status();
                return status.active() == 0 && waiting(status) == 0;
              });
      System.out.printf(
          "5 sessions and 3 waiting requests of a killed client were back after %.1f ms%n",
          (System.nanoTime() - killed) / 1e6);

      assertThat(client.count()).as("processes go on").isEqualTo(5);
      server.assertSameAs(before, client);
    }
  }

  private static int waiting(PoolStatus status) {
    return status.waiting() + status.expecting();
  }
}
