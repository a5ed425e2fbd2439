package dev.carpool.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What every case of the contract is given: two clients of one pool, and applications. */
interface TwoClients {

  /** Within this happens what is bound to happen. */
  Duration SOON = Duration.ofSeconds(15);

  /** For so long it is watched that something does not happen. */
  Duration A_WHILE = Duration.ofMillis(300);

  ApplicationPool pool();

  /** Another client of the same pool; in one process it may be the same object. */
  ApplicationPool pool2();

  TestApplications apps();

  /** The application that the pool has by name. */
  AppSpec configured();

  /** Asks for a session, which is closed after the test at the latest. */
  CompletableFuture<Session> ask(ApplicationPool pool, AppSpec app);

  /** Gets a session, which is closed after the test at the latest. */
  default Session get(ApplicationPool pool, AppSpec app) throws Exception {
    return granted(ask(pool, app));
  }

  default Session granted(CompletableFuture<Session> request) throws Exception {
    return request.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  /** Gets a session and closes it; says with which process it was. */
  default long getAndDrop(ApplicationPool pool, AppSpec app) throws Exception {
    try (Session session = get(pool, app)) {
      return session.pid();
    }
  }

  default void awaitCounts(int active, int count) {
    await("active and count")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(counts()).isEqualTo(active + " of " + count));
  }

  default void assertCounts(int active, int count) throws PoolException {
    assertThat(counts()).isEqualTo(active + " of " + count);
  }

  /** For example {@code "1 of 2"}: one of two processes is active. */
  private String counts() throws PoolException {
    return pool().active() + " of " + pool().count();
  }

  /** Waits a while, and fails if the request is answered meanwhile. */
  default void assertWaits(CompletableFuture<Session> request) {
    await("still waits")
        .during(A_WHILE)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !request.isDone());
  }

  /** Lets so much time pass that the pool looks at restart files again. */
  default void letTheNextLookCome() {
    await().pollDelay(Duration.ofMillis(1100)).until(() -> true);
  }

  /** Sends a GET for a path and returns all that comes back. */
  default String talk(Session session, String path) throws IOException {
    String headers =
        String.join(
                "\0",
                "CONTENT_LENGTH\0000",
                "SCGI\0001",
                "REQUEST_METHOD\0GET",
                "REQUEST_URI\0" + path,
                "QUERY_STRING\0",
                "SERVER_PROTOCOL\0HTTP/1.1",
                "SERVER_NAME\0www.test.com",
                "SERVER_PORT\00080",
                "HTTP_HOST\0www.test.com",
                "REMOTE_ADDR\000127.0.0.1")
            + "\0";
    byte[] request = (headers.length() + ":" + headers + ",").getBytes(StandardCharsets.ISO_8859_1);
    session.output().write(request);
    session.output().close();
    return new String(session.input().readAllBytes(), StandardCharsets.UTF_8);
  }
}
