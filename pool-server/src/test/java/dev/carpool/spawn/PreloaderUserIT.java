package dev.carpool.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.api.RunAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is forked has all that its preloader was given. */
class PreloaderUserIT {

  private OpenFolder open;
  private SpawnScene scene;

  @BeforeEach
  void open() throws IOException {
    OpenFolder.assumeRoot();
    open = new OpenFolder();
    scene = new SpawnScene(open.helpers());
  }

  @AfterEach
  void close() throws IOException {
    if (scene != null) {
      scene.close();
    }
    if (open != null) {
      open.close();
    }
  }

  @Test
  void aForkedProcessIsItsUsersWithOutputsOfItsOwn() throws Exception {
    Path root = open.folder("srv/app");
    OpenFolder.file(
        root.resolve("wsgi.py"),
        """
        import os
        from carpool import after_fork

        @after_fork
        def say():
            with open("/dev/stdout", "w") as out:
                out.write("forked as %d\\n" % os.getuid())

        def application(environ, start_response):
            start_response("204 No Content", [])
            return []
        """);
    AppSpec app =
        AppSpec.named("forked", root)
            .withCommand(List.of("/usr/bin/python3"))
            .withRunAs(new RunAs("games", null, 0027, 256));

    long process = scene.startAndAwaitReady(app);

    long pid = scene.pid(process);
    assertThat(ProcessHandle.of(pid).flatMap(ProcessHandle::parent).map(ProcessHandle::pid))
        .hasValue(scene.spawner.preloaderPid());
    assertThat(Files.readAllLines(Path.of("/proc/" + pid + "/status")))
        .contains("Uid:\t5\t5\t5\t5", "Gid:\t60\t60\t60\t60", "Umask:\t0027", "NoNewPrivs:\t1")
        .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000");
    await("it speaks")
        .atMost(SpawnScene.SOON)
        .until(() -> scene.log().stream().anyMatch(line -> line.endsWith("forked as 5")));
  }
}
