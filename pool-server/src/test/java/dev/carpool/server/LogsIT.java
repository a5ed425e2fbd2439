package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real server and its processes leave in logs. */
class LogsIT {

  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir private Path directory;
  private Path log;

  @BeforeEach
  void name() {
    log = directory.resolve("chatty.log");
  }

  private Path config(String keys) throws IOException {
    return Files.writeString(
        directory.resolve("carpool.toml"),
        """
        [pool]
        max = 2
        [app.chatty]
        root = "%s"
        listen = ["http:127.0.0.1:0"]
        %s
        """
            .formatted(RunningServer.APPS.resolve("chatty"), keys));
  }

  private static long timesOpen(RunningServer server, Path file) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
      return open.filter(
              link -> {
                try {
                  return Files.readSymbolicLink(link).equals(file);
                } catch (IOException e) {
                  return false;
                }
              })
          .count();
    }
  }

  private static void awaitLine(Path file, String end) {
    await(end)
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> Files.readAllLines(file).stream().anyMatch(line -> line.endsWith(end)));
  }

  @Test
  void aLogFileHasTimeAppAndPidOnEachLineAndIsOpenAsLongAsThereAreProcesses() throws Exception {
    try (RunningServer server =
        RunningServer.configured(config("log = \"chatty.log\"\nspawn = \"direct\""))) {
      String pid = server.get("/say?one%0Atwo%1b%ff").body();
      awaitLine(log, "one");
      assertThat(timesOpen(server, log)).isEqualTo(1);
      server.signal("HUP");
      assertThat(Files.readAllLines(log)).allMatch(line -> line.matches(TIME + " chatty\\[.*"));

      ProcessFacts.signal(Long.parseLong(pid), "KILL");

      awaitLine(log, "chatty[" + pid + "] two\\x1b\\xff"); // the last words of one that died
      await("nobody prints any more").atMost(SOON).until(() -> timesOpen(server, log) == 0);
      server.get("/say?again%0A");
      awaitLine(log, "] again");
      assertThat(timesOpen(server, log)).isEqualTo(1);
      assertThat(server.log()).doesNotContain("again");
    }
  }

  @Test
  void rotatingUnderLoadLosesNothingAndWritesNothingTwice() throws Exception {
    Path serverLog = directory.resolve("server.log");
    Path file = config("log = \"chatty.log\"");
    List<Path> all = new ArrayList<>(List.of(log));
    try (RunningServer server = RunningServer.logging(file, serverLog)) {
      List<CompletableFuture<String>> floods = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        floods.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return server.get("/flood?mb=10").body();
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                }));
      }
      for (int i = 1; i <= 20; i++) {
        await("lines").atMost(SOON).until(() -> Files.exists(log) && Files.size(log) > 1000);
        Path old = directory.resolve("chatty.log." + i);
        Files.move(log, old);
        all.add(old);
        Path oldServerLog = directory.resolve("server.log." + i);
        Files.move(serverLog, oldServerLog);
        server.signal("USR1");
        await("new files")
            .atMost(SOON)
            .pollInterval(Duration.ofMillis(5))
            .until(() -> Files.exists(log) && Files.exists(serverLog));
        if (floods.stream().allMatch(CompletableFuture::isDone)) {
          server.get("/say?" + "more+lines%0A".repeat(100)).body();
        }
      }
      floods.forEach(CompletableFuture::join);
      server.get("/say?the+end%0A");
      awaitLine(log, "the+end");
      assertThat(Files.readString(serverLog)).contains("opened anew (USR1)");
    }
    Pattern flooded = Pattern.compile(TIME + " chatty\\[(\\d+)] (\\d{4}) x{94}");
    List<String> others = new ArrayList<>();
    int[] seen = new int[640];
    for (Path each : all) {
      for (String line : Files.readAllLines(each)) {
        Matcher matcher = flooded.matcher(line);
        if (matcher.matches()) {
          seen[Integer.parseInt(matcher.group(2))]++;
        } else {
          others.add(line);
        }
      }
    }
    int floods = 2 * (10_000_000 / (640 * 100));
    assertThat(seen).containsOnly(floods);
    assertThat(others)
        .as("no line is torn")
        .allMatch(line -> line.endsWith("more+lines") || line.endsWith("the+end"));
  }

  @Test
  void aLogThatCannotBeOpenedIsSaidOnceAndItsLinesAreInTheServersLogMeanwhile() throws Exception {
    Path folder = directory.resolve("logs");
    try (RunningServer server = RunningServer.configured(config("log = \"logs/chatty.log\""))) {
      assertThat(server.log()).contains("there is no directory " + folder);
      String pid = server.get("/say?one%0Atwo%0A").body();
      server.awaitLog("chatty [" + pid + "] two");
      assertThat(server.log())
          .containsOnlyOnce(
              "the log "
                  + folder.resolve("chatty.log")
                  + " cannot be opened: open failed: ENOENT (no such file or directory); its lines"
                  + " come here until it can be (tried every minute, and on USR1)")
          .containsOnlyOnce("] one");

      Files.createDirectory(folder);
      server.signal("USR1");
      server.awaitLog("(USR1)");
      server.get("/say?three%0A");

      awaitLine(folder.resolve("chatty.log"), "three");
      assertThat(server.log()).doesNotContain("three");
      assertThat(folder.resolve("chatty.log")).content().doesNotContain("one");
    }
  }

  @Test
  void theServersLogIsJsonLineByLineWhateverAnAppPrints() throws Exception {
    try (RunningServer server =
        RunningServer.serve(
            "--log-format", "json", "--verbose", RunningServer.APPS.resolve("chatty"))) {
      StringBuilder bytes = new StringBuilder();
      for (int b = 0; b < 256; b++) {
        bytes.append(String.format("%%%02x", b));
      }
      server.get("/say?" + bytes + "%0A%22%5C%0Alast%0A");
      server.awaitLog("\"last\"");
      Process reader =
          new ProcessBuilder(
                  "python3",
                  "-c",
                  """
                  import json, sys
                  for line in open(sys.argv[1], encoding="utf-8", newline="\\n"):
                      entry = json.loads(line)
                      assert {"time", "level", "logger", "message"} <= entry.keys(), line
                      if entry["logger"].startswith("app."):
                          assert entry["pid"] > 0
                          print(entry["app"], ascii(entry["message"]))
                  """,
                  server.logFile().toString())
              .redirectErrorStream(true)
              .start();
      assertThat(reader.inputReader().lines())
          .contains("chatty '\"\\\\'", "chatty 'last'")
          .anyMatch(line -> line.contains("\\\\xfe\\\\xff"));
      assertThat(reader.waitFor()).isZero();
    }
  }

  @Test
  void aServerWhoseLogNobodyReadsServesOn() throws Exception {
    Process process =
        RunningServer.command(
                List.of(
                    "serve",
                    "--port",
                    "0",
                    "--runtime-dir",
                    directory.resolve("run").toString(),
                    RunningServer.APPS.resolve("chatty").toString()))
            .start(); // its standard error is a pipe
    try {
      BufferedReader said = process.inputReader();
      String ready = said.readLine() + said.readLine(); // what it is, and where
      Matcher place = Pattern.compile("http://127.0.0.1:\\d+").matcher(ready);
      assertThat(place.find()).as(ready).isTrue();
      try (HttpClient browser = HttpClient.newHttpClient()) {
        for (int i = 0; i < 5; i++) {
          HttpRequest flood =
              HttpRequest.newBuilder(URI.create(place.group() + "/flood?mb=2"))
                  .timeout(SOON)
                  .build();
          assertThat(browser.send(flood, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
      }
      // 64 KiB less what the kernel loses by keeping pieces in pages; more than that was logged.
      assertThat(process.getErrorStream().available()).as("it is full").isGreaterThan(32_000);
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
