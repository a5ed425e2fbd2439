package dev.carpool.spawn;

import static dev.carpool.spawn.SpawnScene.SOON;
import static dev.carpool.spawn.SpawnScene.misbehaving;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnMethod;
import dev.carpool.api.SpawnReport;
import dev.carpool.descriptor.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Processes that are forked, and what becomes of them when something happens to their preloader.
 */
class PreloaderIT {

  private static final int SIGSTOP = 19;
  private static final AppSpec APP =
      AppSpec.named("plain", Path.of("src/test/apps/plain").toAbsolutePath());

  private SpawnScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SpawnScene();
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static AppSpec smart(String name) {
    return misbehaving(name).withSpawn(SpawnMethod.SMART);
  }

  private long preloader() {
    long pid = scene.spawner.preloaderPid();
    assertThat(pid).as("a preloader").isPositive();
    return pid;
  }

  private static long parent(long pid) {
    return ProcessHandle.of(pid).flatMap(ProcessHandle::parent).orElseThrow().pid();
  }

  @Test
  void allProcessesOfAnApplicationAreForkedFromTheOneThatLoadedIt() {
    long first = scene.startAndAwaitReady(APP);
    long second = scene.startAndAwaitReady(APP);

    assertThat(parent(scene.pid(first))).isEqualTo(preloader());
    assertThat(parent(scene.pid(second))).isEqualTo(preloader());
  }

  @Test
  void aForkedProcessEndsAsAnyOther() throws IOException {
    long stopped = scene.startAndAwaitReady(APP);
    long killed = scene.startAndAwaitReady(APP);

    scene.spawner.stop(stopped, "it is not needed", false);
    Signals.send(scene.pid(killed), Signals.KILL);

    assertThat(scene.awaitGone(stopped)).isEqualTo("exited with status 0");
    assertThat(scene.awaitGone(killed)).isEqualTo("was ended by SIGKILL");
  }

  @Test
  void itsProcessesLiveOnWhenItIsKilledAndTheNextGetsANewOne() throws IOException {
    long first = scene.startAndAwaitReady(APP);
    long killed = preloader();

    Signals.send(killed, Signals.KILL);
    long second = scene.startAndAwaitReady(APP);

    assertThat(preloader()).isNotEqualTo(killed);
    assertThat(parent(scene.pid(second))).isEqualTo(preloader());
    Signals.send(scene.pid(first), Signals.KILL);
    assertThat(scene.awaitGone(first))
        .isEqualTo("ended, and nobody knows how: its preloader had ended before");
  }

  @Test
  void whoWaitsForOneThatIsKilledIsForkedByTheNext() throws IOException {
    scene.startAndAwaitReady(APP);
    long killed = preloader();
    Signals.send(killed, SIGSTOP);
    long waiting = scene.start(APP);
    Signals.send(killed, Signals.KILL);

    scene.awaitReady(waiting);

    assertThat(parent(scene.pid(waiting))).isEqualTo(preloader()).isNotEqualTo(killed);
  }

  @Test
  void oneThatHangsIsReplaced() throws IOException {
    AppSpec impatient = APP.withStartTimeout(Duration.ofSeconds(1));
    scene.startAndAwaitReady(impatient);
    long hanging = preloader();
    Signals.send(hanging, SIGSTOP);

    long process = scene.startAndAwaitReady(impatient);

    assertThat(parent(scene.pid(process))).isEqualTo(preloader()).isNotEqualTo(hanging);
    assertThat(scene.log()).anyMatch(line -> line.endsWith(" has not forked for 1s: SIGTERM"));
  }

  @Test
  void oneThatCrashesIsStartedOnceMoreThenReported() {
    long process = scene.start(smart("crashes-at-import"));

    SpawnReport report = scene.awaitFailure(process);

    assertThat(report.summary()).isEqualTo("it was ended by SIGSEGV before it was ready");
    assertThat(report.output()).contains("about to crash");
    assertThat(scene.awaitGone(process)).isEqualTo("was never started");
    assertThat(scene.log().stream().filter(line -> line.startsWith("INFO app."))).hasSize(2);
  }

  @Test
  void whatItSaysOfAStartThatFailsIsToldToAllWhoWaitAndNotTriedAgain() {
    long first = scene.start(smart("raises-at-import"));
    long second = scene.start(smart("raises-at-import"));

    SpawnReport report = scene.awaitFailure(first);

    assertThat(report.steps()).anyMatch(step -> step.name().equals("import wsgi"));
    assertThat(scene.awaitFailure(second).id()).isEqualTo(report.id());
    assertThat(scene.log().stream().filter(line -> line.contains("Report"))).hasSize(1);
  }

  @Test
  void oneThatCannotBeExecutedIsReported() {
    AppSpec app = APP.withCommand(List.of("python3", "a\0word"));

    long process = scene.start(app);

    assertThat(scene.awaitFailure(process).summary()).startsWith("it cannot be executed: ");
    assertThat(scene.awaitGone(process)).isEqualTo("was never started");
  }

  @Test
  void whoIsStoppedWhileTheApplicationIsLoadedIsGoneAtOnce() {
    long process = scene.start(smart("never-ready"));

    scene.spawner.stop(process, "too many", false);

    assertThat(scene.awaitGone(process)).isEqualTo("was stopped before it was started");
  }

  @Test
  void oneThatHasNothingToDoIsStopped() {
    scene.spawner.setPreloaderIdleTime(Duration.ofMillis(50));
    long process = scene.startAndAwaitReady(APP);

    await("its end").atMost(SOON).until(() -> scene.spawner.preloaderPid() == 0);

    assertThat(scene.isGone(process)).isFalse();
    assertThat(scene.log()).anyMatch(line -> line.contains(" (idle for "));
  }

  @Test
  void codeThatIsOldForksNobody() {
    long first = scene.startAndAwaitReady(APP);
    long old = preloader();

    scene.spawner.renewed(APP.name(), 2);
    long process = scene.start(APP, 2);
    scene.awaitReady(process);

    assertThat(parent(scene.pid(process))).isEqualTo(preloader()).isNotEqualTo(old);
    scene.spawner.stop(first, "restart", false);
    assertThat(scene.awaitGone(first)).as("told by the old one").isEqualTo("exited with status 0");
    await("its end").atMost(SOON).until(() -> ProcessHandle.of(old).isEmpty());
  }
}
