package dev.carpool.spawn;

import static dev.carpool.spawn.SpawnScene.SOON;
import static dev.carpool.spawn.SpawnScene.misbehaving;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnMethod;
import dev.carpool.api.SpawnReport;
import dev.carpool.descriptor.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bad applications end in the same way and time whether a process loads them itself or is forked,
 * and leave no descriptor, thread or process behind: docs/RELIABILITY.md has the table.
 */
class MisbehavingAppsIT {

  private SpawnScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SpawnScene();
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static AppSpec app(String name, SpawnMethod spawn) {
    return misbehaving(name).withSpawn(spawn);
  }

  private static void assertSince(long start, double least, double most) {
    assertThat((System.nanoTime() - start) / 1e9).isBetween(least, most);
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void neverReadyIsEndedWhenItsTimeIsOver(SpawnMethod spawn) {
    long start = System.nanoTime();
    long process = scene.start(app("never-ready", spawn).withStartTimeout(Duration.ofSeconds(1)));

    SpawnReport report = scene.awaitFailure(process);

    assertThat(report.summary()).contains("not ready after 1s", "'import wsgi'");
    assertThat(report.output()).containsExactly("waiting for the database");
    scene.awaitGone(process);
    assertSince(start, 1, 4);
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void exitsAtImportIsReportedWithItsLastWords(SpawnMethod spawn) {
    long start = System.nanoTime();
    long process = scene.start(app("exits-at-import", spawn));

    SpawnReport report = scene.awaitFailure(process);

    assertThat(report.summary()).isEqualTo("the application called exit(3) while it was imported");
    assertThat(report.output()).contains("no licence, no service");
    scene.awaitGone(process);
    assertSince(start, 0, 3);
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void exitsAfterReadyIsHeardOfAtOnce(SpawnMethod spawn) {
    long process = scene.startAndAwaitReady(app("exits-after-ready", spawn));
    long start = System.nanoTime();

    assertThat(scene.awaitGone(process)).isEqualTo("exited with status 4");

    assertSince(start, 0, 3);
    assertThat(scene.log())
        .anyMatch(line -> line.startsWith("WARN") && line.endsWith("exited with status 4"))
        .anyMatch(line -> line.endsWith("] I have seen enough"));
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void ignoresTermAtWorkIsKilledASecondAfterIt(SpawnMethod spawn) throws IOException {
    long process = scene.startAndAwaitReady(app("ignores-term-at-work", spawn));
    try (Descriptor connection = scene.serve(process)) {
      await("a request").atMost(SOON).until(() -> said("at work") != null);
      long start = System.nanoTime();

      scene.spawner.stop(process, "a test", true);

      assertThat(scene.awaitGone(process)).isEqualTo("was ended by SIGKILL");
      assertSince(start, 1, 3);
    }
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void leaksADaemonTakesItsChildWithItButNotWhatLeftItsGroup(SpawnMethod spawn) {
    long process = scene.startAndAwaitReady(app("leaks-a-daemon", spawn));
    ProcessHandle child = printed("child");
    ProcessHandle daemon = printed("daemon");
    try {
      long start = System.nanoTime();
      scene.spawner.stop(process, "a test", false);

      assertThat(scene.awaitGone(process)).isEqualTo("exited with status 0");
      await("the child's end").atMost(SOON).until(() -> hasEnded(child.pid()));
      assertSince(start, 0, 3);
      assertThat(daemon.isAlive()).as("it has a session of its own").isTrue();
    } finally {
      daemon.destroyForcibly();
    }
  }

  /** Whether it runs no more; it may be some time until the system's first process reaps it. */
  private static boolean hasEnded(long pid) throws IOException {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** A process of which the application has printed the pid. */
  private ProcessHandle printed(String kind) {
    await(kind).atMost(SOON).until(() -> said(kind + " ([0-9]+)") != null);
    Matcher said = Objects.requireNonNull(said(kind + " ([0-9]+)"));
    return ProcessHandle.of(Long.parseLong(said.group(1))).orElseThrow();
  }

  private @Nullable Matcher said(String pattern) {
    Pattern printed = Pattern.compile("INFO app\\..*\\] " + pattern);
    return scene.log().stream()
        .map(printed::matcher)
        .filter(Matcher::matches)
        .findFirst()
        .orElse(null);
  }
}
