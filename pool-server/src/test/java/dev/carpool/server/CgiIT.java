package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CGI programs as they are: shell, Perl, Git's own server for clone and push, and gitweb. */
class CgiIT {

  private static final Path PROGRAMS =
      Path.of("../spawn-helpers/cgi/tests/programs").toAbsolutePath().normalize();
  private static final Path GIT_HTTP_BACKEND = Path.of("/usr/lib/git-core/git-http-backend");
  private static final Path GITWEB = Path.of("/usr/lib/cgi-bin/gitweb.cgi");
  private static final String OPEN_TO_ALL =
      """
      [pool]
      max = 3

      [app.site]
      root = "%s"
      listen = ["http:127.0.0.1:0"]
      kind = "cgi"
      """;

  @TempDir private Path folder;
  private final List<RunningServer> servers = new ArrayList<>();

  private RunningServer serve(String settings) throws IOException {
    Path file = Files.writeString(folder.resolve("carpool.toml"), settings);
    return kept(RunningServer.configured(file));
  }

  private RunningServer kept(RunningServer server) {
    servers.add(server);
    return server;
  }

  @AfterEach
  void stop() throws IOException {
    for (RunningServer server : servers) {
      server.close();
    }
    assertThat(programsOf(PROGRAMS)).isEmpty();
  }

  /** Processes that run a program of a folder. */
  private static List<String> programsOf(Path folder) {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(
            words -> Arrays.stream(words.split(" ", -1)).anyMatch(w -> w.startsWith(folder + "/")))
        .toList();
  }

  @Test
  void aFolderIsRecognisedAndItsProgramsAnswer() throws Exception {
    Files.createDirectory(folder.resolve("cgi-bin"));
    Path script = folder.resolve("cgi-bin/hello.pl");
    Files.writeString(
        script,
        """
        #!/usr/bin/perl
        print "Content-Type: text/plain\\r\\n\\r\\n$ENV{SCRIPT_NAME} $ENV{PATH_INFO} $ENV{QUERY_STRING}\\n";
        """);
    assertThat(script.toFile().setExecutable(true)).isTrue();
    RunningServer server = kept(RunningServer.serve(folder));

    assertThat(server.get("/cgi-bin/hello.pl/more?a=b").body())
        .isEqualTo("/cgi-bin/hello.pl /more a=b\n");
    assertThat(server.get("/cgi-bin/none").statusCode()).isEqualTo(404);
  }

  @Test
  void aLargeBodyGoesThereAndBack() throws Exception {
    RunningServer server = serve(OPEN_TO_ALL.formatted(PROGRAMS));
    byte[] body = new byte[5 << 20];
    new Random(1).nextBytes(body);

    HttpResponse<byte[]> echo =
        server
            .browser()
            .send(
                server.request("/echo.pl").POST(BodyPublishers.ofByteArray(body)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    assertThat(echo.body()).isEqualTo(body);
  }

  @Test
  void aProgramThatFailsIsA500WithItsWordsInTheLog() throws Exception {
    RunningServer server = serve(OPEN_TO_ALL.formatted(PROGRAMS));

    assertThat(server.get("/broken.pl").statusCode()).isEqualTo(500);
    server.awaitLog("Global symbol \"$undeclared\"");
    server.awaitLog("broken.pl exited with status 255, and printed nothing");
    assertThat(server.get("/nph-teapot.sh").statusCode()).isEqualTo(418);
  }

  @Test
  void whatTakesTooLongIsEndedWithAllItHasStarted() throws Exception {
    RunningServer server =
        serve(OPEN_TO_ALL.formatted(PROGRAMS) + "max_request_time = \"300ms\"\n");

    assertThatThrownBy(() -> server.get("/slow.sh")).isInstanceOf(IOException.class); // half of it
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(programsOf(PROGRAMS)).isEmpty());
    assertThat(server.get("/hello.sh").statusCode()).isEqualTo(200);
  }

  @Test
  void gitClonesAndPushesThroughIt() throws Exception {
    Path work = folder.resolve("work");
    git(folder, "init", "-q", "--bare", "repo.git");
    git(folder.resolve("repo.git"), "config", "http.receivepack", "true");
    RunningServer server =
        serve(
            OPEN_TO_ALL.formatted(folder)
                + """
            entry = "%s"
            env = { GIT_PROJECT_ROOT = "%s", GIT_HTTP_EXPORT_ALL = "1" }
            """
                    .formatted(GIT_HTTP_BACKEND, folder));
    String url = server.uri("/repo.git").toString();

    git(folder, "clone", "-q", url, "work");
    byte[] photo = new byte[3 << 20]; // more than git sends in one piece
    new Random(2).nextBytes(photo);
    Files.write(work.resolve("photo"), photo);
    git(work, "add", "photo");
    git(work, "-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "-q", "-m", "A photo");
    git(work, "push", "-q", "origin", "HEAD:main");
    git(folder, "clone", "-q", "-b", "main", url, "again");
    assertThat(folder.resolve("again/photo")).hasBinaryContent(photo);
  }

  @Test
  void gitwebShowsARepositoryAndPacksIt() throws Exception {
    ForegroundServer.assumeInstalled("gitweb", GITWEB.toString());
    Path repository = Files.createDirectories(folder.resolve("repos/notes"));
    git(repository, "init", "-q");
    for (String line : List.of("first", "second")) {
      Files.writeString(repository.resolve("notes.txt"), "the " + line + " line\n");
      git(repository, "add", ".");
      git(repository, "-c", "user.name=Ann", "-c", "user.email=a@localhost", "commit", "-qm", line);
    }
    Path settings =
        Files.writeString(
            folder.resolve("gitweb.conf"),
            "our $projectroot = \"%s\";\n".formatted(folder.resolve("repos")));
    RunningServer server =
        serve(
            OPEN_TO_ALL.formatted(folder)
                + "entry = \"%s\"\nenv = { GITWEB_CONFIG = \"%s\" }\n".formatted(GITWEB, settings));

    assertThat(server.get("/").body()).contains("notes/.git", "</html>");
    assertThat(server.get("/?p=notes/.git;a=log").body()).contains("Ann", "first", "second");
    assertThat(server.get("/?p=notes/.git;a=blob;f=notes.txt;hb=HEAD").body())
        .contains("the&nbsp;second&nbsp;line");
    assertThat(server.get("/?p=notes/.git;a=commitdiff_plain;h=HEAD").body())
        .contains("-the first line\n+the second line\n");
    assertThat(server.get("/?p=none/.git").statusCode()).isEqualTo(404);
    HttpResponse<Path> packed =
        server
            .browser()
            .send(
                server.request("/?p=notes/.git;a=snapshot;h=HEAD;sf=tgz").build(),
                HttpResponse.BodyHandlers.ofFile(folder.resolve("notes.tar.gz")));
    assertThat(run(folder, "tar", "-xzOf", packed.body().toString(), "--wildcards", "*/notes.txt"))
        .isEqualTo("the second line\n");
  }

  private static void git(Path directory, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(words));
    run(directory, command.toArray(String[]::new));
  }

  /** Runs a command that must succeed; returns what it says. */
  private static String run(Path directory, String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
