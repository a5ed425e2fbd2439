package dev.carpool.spawn;

import static dev.carpool.spawn.SpawnScene.misbehaving;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each start that fails says in which step, why, and what the program printed last. */
class FailedStartIT {

  private SpawnScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SpawnScene();
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private SpawnReport reportOf(AppSpec app) {
    return scene.awaitFailure(scene.start(app));
  }

  private static List<String> steps(SpawnReport report) {
    return report.steps().stream().map(SpawnReport.Step::name).toList();
  }

  @Nested
  class BeforeAnythingIsExecuted {

    @TempDir private Path directory;

    @Test
    void aMissingRootIsNamed() {
      Path root = directory.resolve("nowhere");

      SpawnReport report = reportOf(AppSpec.named("lost", root));

      assertThat(report.summary()).isEqualTo("its root " + root + " does not exist");
      assertThat(report.advice())
          .isEqualTo("give the directory with the application's code as root");
      assertThat(steps(report)).containsExactly("prepare");
      assertThat(report.command()).isEmpty();
      assertThat(scene.awaitGone(1)).isEqualTo("was never started");
    }

    @Test
    void aRootThatIsAFileIsNamed() throws IOException {
      Path file = Files.createFile(directory.resolve("file"));

      assertThat(reportOf(AppSpec.named("flat", file)).summary())
          .isEqualTo("its root " + file + " is no directory");
    }

    @Test
    void aRootWithoutAnApplicationNamesTheFilesThatWereLookedFor() {
      SpawnReport report = reportOf(AppSpec.named("empty", directory));

      assertThat(report.summary()).isEqualTo("nothing in " + directory + " says how to run it");
      assertThat(report.advice())
          .startsWith("expected one of wsgi.py, passenger_wsgi.py, app.py, manage.py, config.ru,")
          .endsWith(" or Procfile; or set kind and entry in carpool.toml");
    }

    @Test
    void aMissingInterpreterIsNamedWithThePathThatWasSearched() {
      SpawnReport report = reportOf(misbehaving("syntax-error").withCommand(List.of("python9")));

      assertThat(report.summary()).startsWith("there is no program 'python9' in /");
      assertThat(report.advice())
          .isEqualTo("install it, or give its full path (python = \"/usr/bin/python3\")");
    }

    @Test
    void anInterpreterThatIsNoProgramIsNamed() throws IOException {
      Path file = Files.createFile(directory.resolve("python"));

      SpawnReport report =
          reportOf(misbehaving("syntax-error").withCommand(List.of(file.toString())));

      assertThat(report.summary()).isEqualTo(file + " cannot be executed");
      assertThat(report.advice()).isEqualTo("correct the program's path, or make it executable");
    }

    @Test
    void aHelperWithoutACommandIsNamed() {
      SpawnReport report = reportOf(AppSpec.named("mute", directory).withKind(AppKind.HELPER));

      assertThat(report.summary()).isEqualTo("it is of kind helper, but has no command");
    }
  }

  @Nested
  class WhileTheApplicationIsLoaded {

    @Test
    void aSyntaxErrorIsShownWithFileAndLine() {
      AppSpec app = misbehaving("syntax-error");

      SpawnReport report = reportOf(app);

      assertThat(report.summary())
          .isEqualTo(
              "SyntaxError: %s/wsgi.py:1: expected ':':".formatted(app.root())
                  + " def application(environ, start_response)");
      assertThat(steps(report)).containsExactly("prepare", "exec", "start", "import wsgi");
      assertThat(report.command().getFirst()).endsWith("/python3");
      assertThat(report.command().getLast()).endsWith("/spawn-helpers/python/carpool_wsgi.py");
      assertThat(report.output()).anyMatch(line -> line.contains("SyntaxError: expected ':'"));
      assertThat(scene.awaitGone(1)).isEqualTo("exited with status 1");
    }

    @Test
    void anExitIsShownWithItsStatusAndLastWords() {
      SpawnReport report = reportOf(misbehaving("exits-at-import"));

      assertThat(report.summary())
          .isEqualTo("the application called exit(3) while it was imported");
      assertThat(report.output()).contains("no licence, no service");
    }

    @Test
    void anExceptionIsShownWithItsTraceback() {
      AppSpec app = misbehaving("raises-at-import");

      SpawnReport report = reportOf(app);

      assertThat(report.summary()).isEqualTo("KeyError: 'database'");
      assertThat(report.output().getFirst()).isEqualTo("reading the settings");
      assertThat(report.output())
          .anyMatch(line -> line.contains("File \"" + app.root() + "/wsgi.py\", line 3"))
          .noneMatch(line -> line.contains("carpool_wsgi.py"));
    }

    @Test
    void theReportIsInTheLogWholeAndOnce() {
      SpawnReport report = reportOf(misbehaving("raises-at-import"));
      scene.awaitGone(1);

      assertThat(scene.log().stream().filter(line -> line.contains(report.id()))).hasSize(1);
      assertThat(report.toText())
          .startsWith("Cannot start application 'raises-at-import': KeyError: 'database'\n")
          .contains("Report " + report.id() + " of ")
          .contains("  done    start ")
          .contains("  failed  import wsgi ")
          .contains("Its last words:\n  | reading the settings\n");
    }

    @Test
    void oneThatIsNeverReadyIsEndedWhenItsTimeIsOver() {
      long start = System.nanoTime();

      SpawnReport report =
          reportOf(misbehaving("never-ready").withStartTimeout(Duration.ofSeconds(1)));

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(4));
      assertThat(report.summary())
          .isEqualTo("it was not ready after 1s; it has got to the step 'import wsgi'");
      assertThat(report.advice()).isEqualTo("see what it waits for, or raise start_timeout");
      assertThat(report.output()).containsExactly("waiting for the database");
    }

    @Test
    void aSignalIsNamedWithTheLastWords() {
      SpawnReport report = reportOf(misbehaving("prints-and-dies"));

      assertThat(report.summary()).isEqualTo("it was ended by SIGSEGV before it was ready");
      assertThat(report.advice())
          .isEqualTo("look at its modules in C: the interpreter itself was brought down");
      assertThat(report.output()).containsExactly("the last thing I say");
    }
  }

  @Nested
  class OfAHelper {

    @Test
    void itsOwnReasonItsStepAndItsDetailsAreShown() {
      SpawnReport report = reportOf(misbehaving("says-no"));

      assertThat(report.summary()).isEqualTo("the safe is locked");
      assertThat(steps(report)).containsExactly("prepare", "exec", "start", "open the safe");
      assertThat(report.output())
          .containsExactly("turning the wheel", "combination 1-2-3 was tried");
    }

    @Test
    void aClosedLineIsAFailureAndTheProcessIsEnded() {
      SpawnReport report = reportOf(misbehaving("closes-its-line"));

      assertThat(report.summary()).isEqualTo("it closed its line before it was ready");
      assertThat(report.output()).containsExactly("I close my line");
      assertThat(scene.awaitGone(1)).isEqualTo("was ended by SIGTERM");
      assertThat(scene.log()).noneMatch(line -> line.contains("has not stopped in"));
    }

    @Test
    void aScriptWhoseInterpreterIsMissingSaysSo(@TempDir Path directory) throws IOException {
      Path script = Files.writeString(directory.resolve("run"), "#!/no/such/interpreter\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));

      SpawnReport report =
          reportOf(
              AppSpec.named("script", directory)
                  .withKind(AppKind.HELPER)
                  .withCommand(List.of("./run")));

      assertThat(report.summary()).isEqualTo("it exited with status 127 before it was ready");
      assertThat(report.advice())
          .isEqualTo(
              "see its last words: a program, or the interpreter in its first line, cannot be"
                  + " executed");
      assertThat(report.output()).anyMatch(line -> line.contains("/run: not found"));
    }

    @Test
    void garbageIsShown() {
      SpawnReport report = reportOf(misbehaving("answers-garbage"));

      assertThat(report.summary())
          .isEqualTo("it wrote to its line what is no frame (\"HTTP/1.1\") before it was ready");
    }

    @Test
    void readinessForNobodyIsAFailure() {
      SpawnReport report = reportOf(misbehaving("ready-for-nobody"));

      assertThat(report.summary()).isEqualTo("it says that it is ready for 0 connections");
    }
  }

  @Nested
  class OfOneThatPrintsTooMuch {

    @Test
    void theLastLinesOfAFloodAreKept() {
      SpawnReport report = reportOf(misbehaving("floods"));

      assertThat(report.summary()).isEqualTo("RuntimeError: drowned");
      assertThat(report.output().stream().filter(line -> line.matches("\\d{8} x{91}")))
          .hasSize(50)
          .last()
          .asString()
          .startsWith("00059999 ");
      scene.awaitGone(1);
      long logged = scene.log().stream().filter(line -> line.matches(".*\\] \\d{8} x{91}")).count();
      assertThat(logged).as("the first mebibyte").isGreaterThan(5000);
      assertThat(logged + dropped())
          .as("what is not logged is counted; the traceback may be, too")
          .isBetween(60_000L, 60_010L);
    }

    private long dropped() {
      Pattern message = Pattern.compile("WARN .*\\] ([0-9,]+) lines more .* were dropped here.*");
      return scene.log().stream()
          .map(message::matcher)
          .filter(Matcher::matches)
          .mapToLong(found -> Long.parseLong(found.group(1).replace(",", "")))
          .sum();
    }

    @Test
    void aVeryLongLineIsCutAndSaysSo() {
      SpawnReport report = reportOf(misbehaving("says-a-long-line"));

      assertThat(report.output().getFirst())
          .hasSizeLessThan(8300)
          .startsWith("beginxxx")
          .endsWith("xxx ... 5,234,696 bytes more");
      assertThat(report.output()).contains("no UTF-8: \\xff\\xfe");
    }
  }
}
