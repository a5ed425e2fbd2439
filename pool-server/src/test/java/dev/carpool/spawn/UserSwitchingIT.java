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
import org.assertj.core.api.Assumptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** As whom the processes of a server that is root run, read from /proc. Debian's users. */
class UserSwitchingIT {

  private static final Map<String, String> SERVER =
      Map.of("PATH", "/usr/bin:/bin", "HOME", "/root", "USER", "root", "AWS_SECRET", "of-server");

  private static final List<String> NONE = List.of("0000000000000000");

  private OpenFolder open;
  private Path root;

  @BeforeEach
  void openFolder() throws IOException {
    OpenFolder.assumeRoot();
    open = new OpenFolder();
    root = open.folder("srv/app");
  }

  @AfterEach
  void closeFolder() throws IOException {
    if (open != null) {
      open.close();
    }
  }

  /** An application that is there and does nothing. */
  private AppSpec sleeper() {
    return AppSpec.named("sleeper", root)
        .withKind(AppKind.HELPER)
        .withCommand(List.of("sleep", "60"));
  }

  private AppSpec wsgi() throws IOException {
    OpenFolder.file(root.resolve("wsgi.py"), "import time\ntime.sleep(60)\n");
    return AppSpec.named("wsgi", root).withKind(AppKind.WSGI);
  }

  private static RunAs as(String user, @Nullable String group) {
    return new RunAs(user, group, RunAs.DEFAULT_UMASK, RunAs.DEFAULT_MAX_FILES);
  }

  private StartedProcess start(AppSpec app) throws StartProblem, IOException {
    return StartedProcess.of(app, open.helpers(), SERVER);
  }

  private StartProblem problemOf(AppSpec app) {
    return catchThrowableOfType(
        StartProblem.class, () -> LaunchPlan.of(app, open.helpers(), SERVER));
  }

  private void assertRunsAs(AppSpec app, int uid, int gid) throws StartProblem, IOException {
    try (StartedProcess process = start(app)) {
      assertThat(process.status("Uid")).containsOnly("" + uid).hasSize(4);
      assertThat(process.status("Gid")).containsOnly("" + gid).hasSize(4);
    }
  }

  @Nested
  class WhoIsNamed {

    @Test
    void isWhoRunsWithNothingOfRoot() throws Exception {
      RunAs wish = new RunAs("www-data", null, 0027, 512);

      try (StartedProcess process = start(sleeper().withRunAs(wish))) {
        assertThat(process.status("Uid")).containsExactly("33", "33", "33", "33");
        assertThat(process.status("Gid")).containsExactly("33", "33", "33", "33");
        assertThat(process.status("Groups")).containsExactly("33");
        assertThat(process.status("NoNewPrivs")).containsExactly("1");
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
          assertThat(process.status(set)).as(set).isEqualTo(NONE);
        }
        assertThat(process.status("Umask")).containsExactly("0027");
        assertThat(process.maxOpenFiles()).containsExactly("512", "512");
        assertThat(process.descriptors()).containsExactly("0", "1", "2");
        assertThat(process.directory()).isEqualTo(root.toRealPath());
        assertThat(process.environment())
            .containsOnly(
                Map.entry("PATH", "/usr/bin:/bin"),
                Map.entry("HOME", "/var/www"),
                Map.entry("USER", "www-data"),
                Map.entry("LOGNAME", "www-data"),
                Map.entry("SHELL", "/usr/sbin/nologin"),
                Map.entry("CARPOOL_APP", "sleeper"),
                Map.entry("CARPOOL_CONCURRENCY", "1"),
                Map.entry("CARPOOL_ENTRY", ""));
      }
    }

    @Test
    void canBeNamedByNumber() throws Exception {
      assertRunsAs(sleeper().withRunAs(as("5", null)), 5, 60);
    }

    @Test
    void getsTheGroupThatIsNamedAndNoOther() throws Exception {
      try (StartedProcess process = start(sleeper().withRunAs(as("games", "daemon")))) {
        assertThat(process.status("Uid")).containsOnly("5");
        assertThat(process.status("Gid")).containsOnly("1");
        assertThat(process.status("Groups")).allMatch(String::isEmpty);
      }
    }

    @Test
    void mayBeRoot() throws Exception {
      assertRunsAs(sleeper().withRunAs(as("root", null)), 0, 0);
      assertRunsAs(sleeper().withRunAs(as("0", null)), 0, 0);
      try (StartedProcess process = start(sleeper().withRunAs(as("root", null)))) {
        assertThat(process.status("NoNewPrivs")).containsExactly("1");
        assertThat(process.environment()).containsEntry("HOME", "/root");
      }
    }

    @Test
    void mustExist() {
      assertThat(problemOf(sleeper().withRunAs(as("nobody-at-all", null))).summary())
          .isEqualTo("this machine has no user 'nobody-at-all'");
      assertThat(problemOf(sleeper().withRunAs(as("games", "gamblers"))).summary())
          .isEqualTo("this machine has no group 'gamblers'");
    }
  }

  @Nested
  class WhereNobodyIsNamed {

    @Test
    void itIsTheOwnerOfTheStartFile() throws Exception {
      AppSpec app = wsgi();
      OpenFolder.give("www-data", root.resolve("wsgi.py"));

      assertRunsAs(app, 33, 33);
      assertRunsAs(app.withEntry("wsgi:application"), 33, 33);
    }

    @Test
    void itIsTheOwnerOfTheModuleThatEntryNames() throws Exception {
      AppSpec app = wsgi().withEntry("blog.start:app");
      Path file = open.folder("srv/app/blog").resolve("start.py");
      OpenFolder.give("games", OpenFolder.file(file, "import time\ntime.sleep(60)\n"));

      assertRunsAs(app, 5, 60);
    }

    @Test
    void itIsTheOwnerOfAHelpersCommand() throws Exception {
      Path command = OpenFolder.file(root.resolve("run"), "#!/bin/sh\nexec sleep 60\n");
      OpenFolder.give("daemon", OpenFolder.mode(command, "rwxr-xr-x"));
      AppSpec app = sleeper().withCommand(List.of("./run"));

      assertThat(LaunchPlan.of(app, open.helpers(), SERVER).chain().first())
          .contains("--reuid=1", "--regid=1");
    }

    @Test
    void itIsTheOwnerOfTheRootWhereNoFileIsKnown() throws Exception {
      OpenFolder.give("www-data", root);

      assertRunsAs(sleeper(), 33, 33);
    }

    @Test
    void whatRootPutIntoSomebodysFolderRunsAsThatSomebody() throws Exception {
      AppSpec app = wsgi();
      OpenFolder.give("www-data", root);

      assertRunsAs(app, 33, 33);
    }

    @Test
    void whatBelongsToRootRunsAsNobodyAndThatIsSaid() throws Exception {
      try (StartedProcess process = start(wsgi())) {
        assertThat(process.status("Uid")).containsOnly("65534");
        assertThat(process.environment()).containsEntry("USER", "nobody");
      }
      assertThat(Identity.of(wsgi(), root, root.resolve("wsgi.py"), SERVER).notice())
          .isEqualTo(
              "runs as user nobody, since %s/wsgi.py belongs to root; user = \"...\" in carpool.toml"
                      .formatted(root.toRealPath())
                  + " changes that, or CARPOOL_DEFAULT_USER in the server's environment");
    }

    @Test
    void theServersEnvironmentMayNameAnotherForThat() throws Exception {
      Map<String, String> server = Map.of("PATH", "/usr/bin", "CARPOOL_DEFAULT_USER", "games");

      try (StartedProcess process = StartedProcess.of(wsgi(), open.helpers(), server)) {
        assertThat(process.status("Uid")).containsOnly("5");
        assertThat(process.environment()).doesNotContainKey("CARPOOL_DEFAULT_USER");
      }
    }

    @Test
    void anOwnerWithoutAnAccountIsNobody() throws Exception {
      AppSpec app = wsgi();
      Files.setAttribute(root.resolve("wsgi.py"), "unix:uid", 3_999_999);

      assertRunsAs(app, 65534, 65534);
    }

    @Test
    void aLinkToAnothersFileMakesNobodyThatOther() throws Exception {
      Path others = open.folder("srv/others");
      Path file = OpenFolder.file(others.resolve("wsgi.py"), "import time\ntime.sleep(60)\n");
      OpenFolder.give("games", file, others);
      Files.createSymbolicLink(root.resolve("wsgi.py"), file);
      OpenFolder.give("www-data", root);

      StartProblem problem = problemOf(AppSpec.named("linked", root));

      assertThat(problem.summary())
          .isEqualTo(
              "its start file %s belongs to games, but its root %s to www-data, so it is not clear"
                      .formatted(file.toRealPath(), root.toRealPath())
                  + " whose processes they are");
      assertThat(problem.advice())
          .isEqualTo("give both to one user (chown), or say user = \"...\" in carpool.toml");
    }
  }

  @Nested
  class WhatTheUserCannotReach {

    @Test
    void isNamedWhereItIsTheApplication() throws Exception {
      AppSpec app = wsgi().withRunAs(as("games", null));
      Path closed = OpenFolder.mode(open.folder("srv"), "rwx------").toRealPath();

      StartProblem problem = problemOf(app);

      assertThat(problem.summary())
          .isEqualTo(
              "user games cannot enter %s (drwx------ root root), its root".formatted(closed));
      assertThat(problem.advice())
          .isEqualTo(
              "let the user in (chmod, chown), or run it as another: user = \"...\" in carpool.toml");
    }

    @Test
    void isNamedWhereItIsTheStartFile() throws Exception {
      AppSpec app = wsgi().withRunAs(as("games", null));
      Path file = OpenFolder.mode(root.resolve("wsgi.py"), "rw-r-----").toRealPath();

      assertThat(problemOf(app).summary())
          .isEqualTo(
              "user games cannot read %s (-rw-r----- root root), where its start file %s is"
                  .formatted(file, file));
    }

    @Test
    void isNamedWhereItIsTheHelper() throws Exception {
      AppSpec app = wsgi().withRunAs(as("games", null));
      OpenFolder.mode(open.helpers(), "rwxr-x---");

      assertThat(problemOf(app).summary())
          .isEqualTo(
              "user games cannot enter %1$s (drwxr-x--- root root), where Carpool's own helper %1$s/python/carpool_wsgi.py is"
                  .formatted(open.helpers()));
    }

    @Test
    void isPassedOverInThePath() throws Exception {
      Path hidden = open.folder("hidden");
      OpenFolder.mode(OpenFolder.file(hidden.resolve("sleep"), "#!/bin/sh\n"), "rwxr-xr-x");
      OpenFolder.mode(hidden, "rwx------");
      Map<String, String> server = Map.of("PATH", hidden + ":/usr/bin");

      LaunchPlan plan = LaunchPlan.of(sleeper(), open.helpers(), server);

      assertThat(plan.command()).containsExactly("/usr/bin/sleep", "60");
    }

    @Test
    void isNoObstacleWhereAnAccessControlListAllowsIt() throws Exception {
      AppSpec app = wsgi().withRunAs(as("games", null));
      OpenFolder.mode(root, "rwx------");
      // rwx for the owner, r-x for user 5, nothing for the others
      String list =
          "import os, struct, sys; os.setxattr(sys.argv[1], 'system.posix_acl_access',"
              + " struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in ["
              + "(1, 7, 2**32 - 1), (2, 5, 5), (4, 0, 2**32 - 1), (16, 5, 2**32 - 1),"
              + " (32, 0, 2**32 - 1)]))";
      int status =
          new ProcessBuilder("/usr/bin/python3", "-c", list, root.toString()).start().waitFor();
      Assumptions.assumeThat(status).as("this file system has access control lists").isZero();

      assertRunsAs(app, 5, 60);
    }

    @Test
    void isOpenToTheGroup() throws Exception {
      AppSpec app = wsgi().withRunAs(as("games", "daemon"));
      OpenFolder.mode(root, "rwxrwx---");
      Files.setAttribute(root, "unix:gid", 1);

      assertRunsAs(app, 5, 1);
    }
  }

  @Test
  void aServerThatIsNotRootCannotSwitch() throws Exception {
    StartProblem problem =
        catchThrowableOfType(
            StartProblem.class, () -> Identity.unprivileged(as("games", null), 33, 33));

    assertThat(problem.summary())
        .isEqualTo(
            "it is to run as user games, but the server is www-data, and only a server that is"
                + " root can switch");
    assertThat(Identity.unprivileged(as("www-data", "33"), 33, 33).account()).isNull();
    assertThat(Privileges.setpriv(Identity.unprivileged(RunAs.OWNER, 33, 33), SERVER))
        .containsExactly(
            "/usr/bin/setpriv", "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--");
  }
}
