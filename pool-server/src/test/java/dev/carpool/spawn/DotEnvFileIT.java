package dev.carpool.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.api.RunAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The file .env of real applications. */
class DotEnvFileIT {

  private static final Map<String, String> SERVER =
      Map.of("PATH", "/usr/bin:/bin", "LANG", "C.UTF-8", "DATABASE_URL", "of-the-server");

  private OpenFolder open;
  private Path root;
  private AppSpec app;

  @BeforeEach
  void openFolder() throws IOException {
    open = new OpenFolder();
    root = open.folder("srv/app");
    app = AppSpec.named("app", root).withKind(AppKind.HELPER).withCommand(List.of("sleep", "60"));
  }

  @AfterEach
  void closeFolder() throws IOException {
    open.close();
  }

  private Map<String, String> environment(AppSpec spec) throws StartProblem, IOException {
    try (StartedProcess process = StartedProcess.of(spec, open.helpers(), SERVER)) {
      return process.environment();
    }
  }

  private StartProblem problem(AppSpec spec) {
    return catchThrowableOfType(
        StartProblem.class, () -> LaunchPlan.of(spec, open.helpers(), SERVER));
  }

  private Path write(String text) throws IOException {
    return OpenFolder.file(root.resolve(".env"), text);
  }

  @Test
  void standsBetweenTheTableAndWhatIsInherited() throws Exception {
    write("LANG=de_DE.UTF-8\nMODE=test\nSECRET='of the app'\nCARPOOL_APP=mine\n");

    Map<String, String> environment = environment(app.withEnv(Map.of("MODE", "production")));

    assertThat(environment)
        .containsEntry("LANG", "de_DE.UTF-8")
        .containsEntry("MODE", "production")
        .containsEntry("SECRET", "of the app")
        .containsEntry("CARPOOL_APP", "app")
        .doesNotContainKey("DATABASE_URL");
  }

  @Test
  void countsAgainAtTheNextStart() throws Exception {
    write("A=1\n");
    assertThat(environment(app)).containsEntry("A", "1");
    write("A=2\n");
    assertThat(environment(app)).containsEntry("A", "2");
  }

  @Test
  void aBadLineIsAReportThatNamesIt() throws Exception {
    write("A=1\nwhat is this\n");

    assertThat(problem(app).summary())
        .isEqualTo(root.toRealPath() + "/.env:2: this line is no line NAME=VALUE");
  }

  @Test
  void aFolderIsAVirtualEnvironmentAndNotRead() throws Exception {
    open.folder("srv/app/.env");

    assertThat(environment(app)).containsEntry("CARPOOL_APP", "app");
  }

  @Test
  void oneThatIsTooLargeIsRefused() throws Exception {
    write("A=" + "x".repeat(40_000));

    assertThat(problem(app).summary()).endsWith("/.env is larger than 32KiB, which no .env is");
  }

  @Test
  void aPipeHoldsUpNobody() throws Exception {
    Path pipe = root.resolve(".env");
    new ProcessBuilder("mkfifo", "-m", "644", pipe.toString()).start().waitFor();
    long start = System.nanoTime();

    assertThat(environment(app)).containsEntry("CARPOOL_APP", "app");
    assertThat(System.nanoTime() - start).isLessThan(4_000_000_000L);
  }

  @Nested
  class OfAServerThatIsRoot {

    private AppSpec switched;

    @BeforeEach
    void asGames() {
      OpenFolder.assumeRoot();
      switched = app.withRunAs(new RunAs("games", null, 0022, 64));
    }

    @Test
    void isReadWithTheEyesOfTheApplicationsUser() throws Exception {
      Path secret = OpenFolder.file(root.resolve("secret"), "TOKEN=of-root\n");
      OpenFolder.mode(secret, "rw-------");
      Files.createSymbolicLink(root.resolve(".env"), secret);

      StartProblem problem = problem(switched);

      assertThat(problem.summary())
          .startsWith(root.toRealPath() + "/.env cannot be read by user games: ")
          .endsWith("Permission denied")
          .doesNotContain("of-root");
      assertThat(problem.advice())
          .isEqualTo("let the application's user read it (chown, chmod), or remove it");
    }

    @Test
    void mayBeALinkToWhatTheUserMayRead() throws Exception {
      Path shared = OpenFolder.file(open.folder("srv/shared").resolve("env"), "A=shared\n");
      OpenFolder.give("games", OpenFolder.mode(shared, "rw-------"));
      Files.createSymbolicLink(root.resolve(".env"), shared);

      assertThat(environment(switched)).containsEntry("A", "shared");
    }
  }
}
