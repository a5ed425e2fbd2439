package dev.carpool.client;

import static dev.carpool.client.ServerUnderTest.ECHO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.wire.proto.AppSpec;
import dev.carpool.wire.proto.Close;
import dev.carpool.wire.proto.Get;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever is done very often must leave nothing behind. */
class EndlessUseIT {

  private static final int CONNECTS = 20_000;
  private static final int GETS = 100_000;
  private static final int THREADS = 4;

  private static ServerUnderTest server;
  private static RemotePool client;
  private static ServerCensus before;

  @BeforeAll
  static void aServerThatHasDoneEverythingOnce() throws Exception {
    server = ServerUnderTest.start("--max", "2");
    client = server.connect();
    connectAndClose(100);
    getAndClose(100);
    before = server.censusAtRest(client);
    System.out.println("before:  " + before);
  }

  @AfterAll
  static void end() {
    client.close();
    assertThat(server.process().shutDown()).isZero();
  }

  @Test
  void twentyThousandConversationsLeaveNothingBehind() throws Exception {
    long started = System.nanoTime();
    inThreads(CONNECTS, EndlessUseIT::connectAndClose);
    report(CONNECTS + " connects and closes", started);
  }

  @Test
  void aHundredThousandSessionsLeaveNothingBehind() throws Exception {
    long started = System.nanoTime();
    inThreads(GETS, EndlessUseIT::getAndClose);
    report(GETS + " gets and closes", started);
  }

  private static void report(String what, long started) throws Exception {
    double seconds = (System.nanoTime() - started) / 1e9;
    server.assertSameAs(before, client);
    System.out.printf(
        "after:   %s; growth 0 after %s in %.1f s%n", ServerCensus.of(server.pid()), what, seconds);
  }

  private static void connectAndClose(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      WireClient.greeted(server).close();
    }
  }

  /** Closes a session and gets the next one in the same breath. */
  private static void getAndClose(int times) throws Exception {
    Get.Builder get = Get.newBuilder().setSpec(AppSpec.newBuilder().setRoot(ECHO.toString()));
    try (WireClient wire = WireClient.greeted(server)) {
      for (int i = 0; i < times; i++) {
        Reply reply = wire.ask(Request.newBuilder().setId(2).setGet(get).build());
        assertThat(reply.getSessionOpened().getSessionId()).as("%s", reply).isEqualTo(i);
        wire.takeDescriptor().close();
        Close.Builder close = Close.newBuilder().setSessionId(i);
        assertThat(wire.ask(Request.newBuilder().setId(3).setClose(close).build()).hasDone())
            .isTrue();
      }
    }
  }

  @FunctionalInterface
  private interface Repeatedly {
    void run(int times) throws Exception;
  }

  private static void inThreads(int times, Repeatedly what) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<Void>> shares = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        shares.add(
            () -> {
              what.run(times / THREADS);
              return null;
            });
      }
      for (Future<Void> share : threads.invokeAll(shares)) {
        share.get();
      }
    }
  }
}
