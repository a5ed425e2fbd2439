package dev.carpool.client;

import static dev.carpool.client.ServerUnderTest.ECHO;
import static org.assertj.core.api.Assertions.assertThat;

/** A client that keeps to the rules, again and again, while others do not. */
final class Bystander implements AutoCloseable {

  private final RemotePool client;
  private final Thread thread;
  private volatile boolean ended;
  private volatile int exchanges;
  private volatile long slowestMillis;
  private volatile String wrong = "";

  Bystander(ServerUnderTest server) throws Exception {
    client = server.connect();
    thread = Thread.ofPlatform().name("bystander").start(this::run);
  }

  private void run() {
    try {
      while (!ended) {
        long started = System.nanoTime();
        String response = ServerUnderTest.exchange(client, ECHO, "/bystander");
        assertThat(response).startsWith("Status: 200 OK\r\n").contains(" GET /bystander 0");
        slowestMillis = Math.max(slowestMillis, (System.nanoTime() - started) / 1_000_000);
        exchanges = exchanges + 1;
      }
    } catch (Throwable e) {
      wrong = e.toString();
    }
  }

  RemotePool client() {
    return client;
  }

  /** Ends it, and fails if anything was ever wrong. */
  void assertUnharmed() throws InterruptedException {
    ended = true;
    thread.join();
    assertThat(wrong).isEmpty();
    assertThat(exchanges).isPositive();
    System.out.printf(
        "a bystander had %d exchanges meanwhile, the slowest took %d ms%n",
        exchanges, slowestMillis);
  }

  @Override
  public void close() {
    ended = true;
    client.close();
  }
}
