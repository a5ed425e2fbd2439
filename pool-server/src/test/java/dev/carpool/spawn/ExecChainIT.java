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

/** What a process of a server that is root is given, beside its user. */
class ExecChainIT {

  private static final Map<String, String> SERVER = Map.of("PATH", "/usr/bin:/bin");

  private OpenFolder open;
  private AppSpec app;

  @BeforeEach
  void openFolder() throws IOException {
    OpenFolder.assumeRoot();
    open = new OpenFolder();
    app =
        AppSpec.named("sleeper", open.folder("srv/app"))
            .withKind(AppKind.HELPER)
            .withCommand(List.of("sleep", "60"))
            .withRunAs(new RunAs("games", null, 0022, 64));
  }

  @AfterEach
  void closeFolder() throws IOException {
    if (open != null) {
      open.close();
    }
  }

  private StartedProcess start(AppSpec spec) throws StartProblem, IOException {
    return StartedProcess.of(spec, open.helpers(), SERVER);
  }

  @Nested
  class TheApplicationsVariables {

    @Test
    void arriveAsTheyAre() throws Exception {
      Map<String, String> env =
          Map.of(
              "A",
              "a 'b' \"c\" $d `e` \\ \n f",
              "U",
              "\u00e4\u0101\u20ac",
              "E",
              "",
              "CARRIED_0",
              "x");

      try (StartedProcess process = start(app.withEnv(env))) {
        assertThat(process.environment())
            .containsAllEntriesOf(env)
            .doesNotContainKey("CARRIED_1")
            .doesNotContainKey("CARRIED__0");
      }
    }

    @Test
    void reachNoProgramThatIsStillRoot() throws Exception {
      LaunchPlan plan =
          LaunchPlan.of(
              app.withEnv(Map.of("LD_PRELOAD", "/srv/mine.so", "PATH", "/srv/bin:/usr/bin")),
              open.helpers(),
              SERVER);

      assertThat(plan.chain().carried(plan.environment()).keySet())
          .allMatch(name -> name.matches("CARRIED_\\d+"));
      assertThat(plan.chain().words(plan.environment(), plan.form()))
          .startsWith("/usr/bin/setsid", "/usr/bin/setpriv");
    }

    @Test
    void haveNamesThatAShellKnows() {
      assertThat(
              catchThrowableOfType(
                      StartProblem.class,
                      () ->
                          LaunchPlan.of(app.withEnv(Map.of("my.var", "x")), open.helpers(), SERVER))
                  .summary())
          .isEqualTo("its environment has a variable 'my.var', which is no name of one");
    }
  }

  @Test
  void moreFilesThanTheServerMayOpenAreGrantedWhereTheKernelLetsRoot() throws Exception {
    long beyond = Long.parseLong(ownHardLimit()) + 7;
    RunAs wish = new RunAs("games", null, 0022, (int) beyond);

    try (StartedProcess process = start(app.withRunAs(wish))) {
      if (process.runs()) {
        assertThat(process.maxOpenFiles()).containsExactly("" + beyond, "" + beyond);
      } else { // a container without CAP_SYS_RESOURCE
        assertThat(process.output()).contains("prlimit: failed to set the NOFILE resource limit");
      }
    }
  }

  @Test
  void itsOutputsCanBeOpenedAnew() throws Exception {
    AppSpec printing =
        app.withCommand(List.of("sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr"));

    try (StartedProcess process = start(printing)) {
      assertThat(process.output()).isEqualTo("out\nerr\n");
    }
  }

  @Test
  void aFolderForTemporaryFilesOfRootIsNotTheUsers() throws Exception {
    Map<String, String> server = Map.of("PATH", "/usr/bin", "TMPDIR", "/root/tmp");

    assertThat(LaunchPlan.of(app, open.helpers(), server).environment())
        .doesNotContainKey("TMPDIR");
    assertThat(
            LaunchPlan.of(app.withRunAs(new RunAs("root", null, 0022, 64)), open.helpers(), server)
                .environment())
        .containsEntry("TMPDIR", "/root/tmp");
  }

  private static String ownHardLimit() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/limits")).stream()
        .filter(line -> line.startsWith("Max open files"))
        .map(line -> line.split("\\s+")[4])
        .findFirst()
        .orElseThrow();
  }
}
