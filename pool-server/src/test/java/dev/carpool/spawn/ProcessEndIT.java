package dev.carpool.spawn;

import static dev.carpool.spawn.SpawnScene.SOON;
import static dev.carpool.spawn.SpawnScene.misbehaving;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Readiness;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How processes that were ready end, and that nothing of them is left. */
class ProcessEndIT {

  private static final AppSpec PLAIN =
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

  @Test
  void aProcessThatIsAskedToStopExits() {
    long process = scene.startAndAwaitReady(PLAIN);

    scene.spawner.stop(process, "it is not needed", false);

    assertThat(scene.awaitGone(process)).isEqualTo("exited with status 0");
    assertThat(scene.log())
        .anyMatch(line -> line.endsWith(" of plain exited with status 0 (it is not needed)"));
  }

  @Test
  void aProcessThatIsStoppedWhileItStartsNeverBecomesReady() {
    long process = scene.start(misbehaving("never-ready"));
    scene.pid(process);

    scene.spawner.stop(process, "too many", true);

    assertThat(scene.awaitGone(process)).isEqualTo("was ended by SIGTERM");
    assertThat(scene.wasReady(process)).isFalse();
    assertThat(scene.log()).noneMatch(line -> line.startsWith("WARN"));
  }

  @Test
  void oneThatDoesNotReadItsLineIsTerminated() {
    long process = scene.startAndAwaitReady(misbehaving("ignores-stop"));

    scene.spawner.stop(process, "a test", true);

    assertThat(scene.awaitGone(process)).isEqualTo("exited with status 0");
    assertThat(scene.log()).anyMatch(line -> line.endsWith("] I leave on SIGTERM"));
  }

  @Test
  void oneThatIgnoresTermIsKilledASecondLater() {
    long process = scene.startAndAwaitReady(misbehaving("ignores-term"));
    long pid = scene.pid(process);
    long start = System.nanoTime();

    scene.spawner.stop(process, "a test", true);

    assertThat(scene.awaitGone(process)).isEqualTo("was ended by SIGKILL");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(4));
    assertThat(scene.log())
        .anyMatch(
            line ->
                line.endsWith(
                    "process " + pid + " of ignores-term does not end on SIGTERM: SIGKILL"));
  }

  @Test
  void whatAProcessForkedGoesWithIt() {
    long process = scene.startAndAwaitReady(misbehaving("leaks-a-child"));
    ProcessHandle parent = ProcessHandle.of(scene.pid(process)).orElseThrow();
    await("its child").atMost(SOON).until(() -> parent.children().count() == 1);
    ProcessHandle child = parent.children().findFirst().orElseThrow();

    scene.spawner.stop(process, "a test", false);

    assertThat(scene.awaitGone(process)).isEqualTo("exited with status 0");
    await("the child's end").atMost(SOON).until(() -> !child.isAlive());
  }

  @Test
  void aProcessThatIsKilledIsHeardOfAtOnceAndItsForkedChildrenGoToo() {
    long process = scene.startAndAwaitReady(misbehaving("leaks-a-child"));
    ProcessHandle parent = ProcessHandle.of(scene.pid(process)).orElseThrow();
    await("its child").atMost(SOON).until(() -> parent.children().count() == 1);
    ProcessHandle child = parent.children().findFirst().orElseThrow();

    parent.destroyForcibly();

    assertThat(scene.awaitGone(process)).isEqualTo("was ended by SIGKILL");
    assertThat(scene.awaitBroken(process)).isEqualTo("closed its line");
    await("the child's end").atMost(SOON).until(() -> !child.isAlive());
    assertThatThrownBy(() -> scene.serve(process)).isInstanceOf(IOException.class);
  }

  @Test
  void deathInTheMiddleOfARequestEndsTheConnectionAndTheProcess() throws Exception {
    long process = scene.startAndAwaitReady(misbehaving("dies-mid-request"));

    try (Descriptor connection = scene.serve(process)) {
      assertThat(readAll(connection)).isEmpty();
    }

    assertThat(scene.awaitGone(process)).isEqualTo("was ended by SIGKILL");
    assertThat(scene.log())
        .anyMatch(line -> line.startsWith("WARN") && line.endsWith("was ended by SIGKILL"))
        .anyMatch(line -> line.startsWith("INFO app.dies-mid-request ["));
  }

  @Test
  void aProcessServesOneConnectionAfterTheOther() throws Exception {
    long process = scene.startAndAwaitReady(PLAIN);

    for (int i = 1; i <= 3; i++) {
      try (Descriptor connection = scene.serve(process)) {
        assertThat(readAll(connection))
            .startsWith("Status: 200 OK\r\n")
            .endsWith("\r\n\r\n" + scene.pid(process));
      }
    }
    assertThat(scene.awaitDone(process)).isEqualTo(new SpawnScene.Done(7, true));
    assertThat(scene.awaitReady(process).concurrency()).isEqualTo(1);
  }

  private static String readAll(Descriptor connection) throws IOException {
    connection.nonBlocking();
    StringBuilder text = new StringBuilder();
    ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    while (true) {
      assertThat(connection.await(Readiness.READABLE, SOON)).as("something comes").isNotZero();
      buffer.clear();
      int n;
      try {
        n = connection.read(MemorySegment.ofBuffer(buffer));
      } catch (IOException e) {
        return text.toString(); // reset: it died with the request unread
      }
      if (n == Descriptor.END) {
        return text.toString();
      }
      byte[] bytes = new byte[Math.max(n, 0)];
      buffer.get(bytes);
      text.append(new String(bytes, ISO_8859_1));
    }
  }
}
