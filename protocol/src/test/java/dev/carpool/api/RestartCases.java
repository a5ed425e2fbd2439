package dev.carpool.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** New code: by restart files, by restart and by clear. The files are kept, and never written. */
interface RestartCases extends TwoClients {

  private static Path restartFile(AppSpec app) {
    return app.root().resolve("tmp/restart.txt");
  }

  private static Path alwaysRestartFile(AppSpec app) {
    return app.root().resolve("tmp/always_restart.txt");
  }

  private static void touch(Path file) throws IOException {
    if (Files.exists(file)) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } else {
      Files.createFile(file);
    }
  }

  /** Lets two processes become idle. */
  private void twoIdle(AppSpec app) throws Exception {
    Session one = get(pool(), app);
    Session two = get(pool2(), app);
    one.close();
    two.close();
    awaitCounts(0, 2);
    letTheNextLookCome();
  }

  /** Waits until so many processes of the application serve, all of one generation. */
  private void awaitRenewed(AppSpec app, int generation, int count) {
    await("all of generation " + generation)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> states(app).equals(Collections.nCopies(count, "idle " + generation)));
  }

  /** The states of its processes, each with its generation, sorted. */
  private List<String> states(AppSpec app) throws PoolException {
    return pool().status().apps().stream()
        .filter(known -> known.name().equals(app.name()))
        .flatMap(known -> known.processes().stream())
        .map(process -> process.state() + " " + process.generation())
        .sorted()
        .toList();
  }

  private String bar(AppSpec app) throws Exception {
    try (Session session = get(pool(), app)) {
      String answer = talk(session, "/bar");
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }

  @Test
  @DisplayName("AP-12: a new restart.txt restarts all processes, and is kept")
  default void aNewRestartFileRestartsAllProcesses() throws Exception {
    AppSpec app = apps().hello();
    twoIdle(app);
    touch(restartFile(app));

    getAndDrop(pool(), app);
    awaitRenewed(app, 2, 2);
    assertThat(restartFile(app)).exists();
  }

  @Test
  @DisplayName("AP-13: a restart.txt that was there before counts when its time changes")
  default void aRestartFileThatWasThereBeforeCountsWhenItsTimeChanges() throws Exception {
    AppSpec app = apps().hello();
    Files.createDirectory(restartFile(app));
    long before = getAndDrop(pool(), app);
    letTheNextLookCome();
    assertThat(getAndDrop(pool2(), app)).isEqualTo(before);
    letTheNextLookCome();

    Files.setLastModifiedTime(
        restartFile(app), FileTime.from(Instant.now().minusSeconds(10))); // older counts too
    getAndDrop(pool(), app);
    awaitRenewed(app, 2, 1);
    long after = getAndDrop(pool(), app);
    assertThat(after).isNotEqualTo(before);
    assertThat(getAndDrop(pool(), app)).isEqualTo(after);
    assertThat(restartFile(app)).isDirectory();
  }

  @Test
  @DisplayName("AP-14: a restart.txt restarts once for each time it is touched")
  default void aRestartFileRestartsOnceForEachTimeItIsTouched() throws Exception {
    AppSpec app = apps().hello();
    twoIdle(app);
    touch(restartFile(app));
    getAndDrop(pool(), app);
    awaitRenewed(app, 2, 2);
    letTheNextLookCome();
    getAndDrop(pool2(), app);
    awaitCounts(0, 2);
    awaitRenewed(app, 2, 2); // not touched since

    letTheNextLookCome();
    touch(restartFile(app));
    getAndDrop(pool2(), app);
    awaitRenewed(app, 3, 2);
  }

  @Test
  @DisplayName("AP-15: a restart.txt loads new code")
  default void aRestartFileLoadsNewCode() throws Exception {
    AppSpec app = apps().hello();
    assertThat(bar(app)).isEqualTo("bar 1!");
    letTheNextLookCome();
    TestApplications.install(app, 2);
    assertThat(bar(app)).as("nobody asked for it yet").isEqualTo("bar 1!");

    letTheNextLookCome();
    touch(restartFile(app));
    bar(app); // asks for it
    awaitRenewed(app, 2, 1);
    assertThat(bar(app)).isEqualTo("bar 2!");
  }

  @Test
  @DisplayName("AP-20: an always_restart.txt restarts all processes, and is kept")
  default void anAlwaysRestartFileRestartsAllProcesses() throws Exception {
    AppSpec app = apps().hello();
    twoIdle(app);
    touch(alwaysRestartFile(app));

    getAndDrop(pool(), app);
    awaitCounts(0, 1);
    assertThat(alwaysRestartFile(app)).exists();
  }

  @Test
  @DisplayName("AP-21: a directory named always_restart.txt does the same")
  default void aDirectoryNamedAlwaysRestartDoesTheSame() throws Exception {
    AppSpec app = apps().hello();
    twoIdle(app);
    Files.createDirectory(alwaysRestartFile(app));

    getAndDrop(pool(), app);
    awaitCounts(0, 1);
    assertThat(alwaysRestartFile(app)).isDirectory();
  }

  @Test
  @DisplayName("AP-22: an always_restart.txt loads new code each time")
  default void anAlwaysRestartFileLoadsNewCodeEachTime() throws Exception {
    AppSpec app = apps().hello();
    assertThat(bar(app)).isEqualTo("bar 1!");
    letTheNextLookCome();
    TestApplications.install(app, 2);
    touch(alwaysRestartFile(app));
    assertThat(bar(app)).isEqualTo("bar 2!");

    letTheNextLookCome();
    TestApplications.install(app, 3);
    assertThat(bar(app)).isEqualTo("bar 3!");
  }

  @Test
  @DisplayName("AP-23: with both files each look restarts, and both are kept")
  default void withBothFilesEachLookRestarts() throws Exception {
    AppSpec app = apps().hello();
    twoIdle(app);
    touch(restartFile(app));
    touch(alwaysRestartFile(app));
    long first = getAndDrop(pool(), app);

    letTheNextLookCome();
    assertThat(getAndDrop(pool2(), app)).isNotEqualTo(first);
    assertThat(restartFile(app)).exists();
    assertThat(alwaysRestartFile(app)).exists();
  }

  @Test
  default void aRestartLetsSessionsFinishAndReplacesAll() throws Exception {
    AppSpec app = apps().hello();
    Session open = get(pool(), app);
    long idle = getAndDrop(pool(), app);
    awaitCounts(1, 2);

    Receipt receipt = pool2().restart(app.name());
    assertThat(receipt.after()).isEqualTo("generation 2");
    assertThat(receipt.draining()).isEqualTo(2);
    await("two new ones beside one that drains")
        .atMost(SOON)
        .until(() -> states(app).equals(List.of("draining 1", "idle 2", "idle 2")));
    assertThat(getAndDrop(pool(), app)).isNotIn(idle, open.pid());
    assertThat(talk(open, "/")).endsWith("hello world");
    open.close();
    awaitRenewed(app, 2, 2);
  }

  @Test
  default void aRestartOfOneApplicationLeavesAnotherAlone() throws Exception {
    long other = getAndDrop(pool(), apps().other());
    long hello = getAndDrop(pool(), apps().hello());
    awaitCounts(0, 2);

    pool().restart(apps().hello().name());
    assertThat(getAndDrop(pool(), apps().other())).isEqualTo(other);
    awaitRenewed(apps().hello(), 2, 1);
    assertThat(getAndDrop(pool(), apps().hello())).isNotEqualTo(hello);
  }

  @Test
  default void clearStopsTheIdleOfAllApplicationsAndSaysHowManyDrain() throws Exception {
    Session open = get(pool(), apps().hello());
    getAndDrop(pool(), apps().other());
    awaitCounts(1, 2);

    Receipt receipt = pool().clear();
    assertThat(receipt.count()).isEqualTo(2);
    assertThat(receipt.draining()).isEqualTo(1);
    awaitCounts(1, 1);
    open.close();
    awaitCounts(0, 0);
  }

  @Test
  default void thoseWhoWaitAreKeptByClearAndServedByTheNewGeneration() throws Exception {
    pool().setMax(1);
    Session open = get(pool(), apps().hello());
    CompletableFuture<Session> waiting = ask(pool2(), apps().hello());
    assertWaits(waiting);

    pool().clear();
    assertWaits(waiting);
    open.close();
    assertThat(granted(waiting).pid()).isNotEqualTo(open.pid());
    assertCounts(1, 1);
  }
}
