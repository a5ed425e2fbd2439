package dev.carpool.front;

import static dev.carpool.front.Asked.about;
import static dev.carpool.front.Asked.asked;
import static dev.carpool.front.Asked.body;
import static dev.carpool.front.Asked.count;
import static dev.carpool.front.Asked.length;
import static dev.carpool.front.Asked.pid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.ContractLanguage;
import dev.carpool.LogEar;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.SpawnMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What an application in any language may rely on, behind a pool and a front. */
@ParameterizedClass
@EnumSource(ContractLanguage.class)
@Timeout(120)
final class HelperContractIT {

  private static final PoolLimits ONE = PoolLimits.DEFAULT.withMax(1);

  private static boolean warm;

  @Parameter private ContractLanguage language = ContractLanguage.PYTHON;

  private LogEar log = LogEar.listening();

  @BeforeEach
  void begin() throws IOException {
    log.close();
    language.assumeInstalled();
    if (!warm) {
      warm = true;
      FrontIT.warmUp();
    }
    log = LogEar.listening();
  }

  @AfterEach
  void end() {
    log.close();
  }

  private FrontScene scene() throws IOException {
    return scene(whole());
  }

  private static FrontScene scene(AppSpec app) throws IOException {
    return new FrontScene(ONE, app, Duration.ofSeconds(30));
  }

  private AppSpec whole() {
    return language.app("whole");
  }

  private void awaitLog(String pattern) {
    await(pattern)
        .atMost(Duration.ofSeconds(10))
        .until(() -> log.lines().stream().anyMatch(line -> line.matches("(?s)" + pattern)));
  }

  // --- the start ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"syntax-error, .*", "raises, .*boom while loading.*"})
  void aStartThatFailsNamesTheStepTheFileAndTheLine(String folder, String reason)
      throws IOException {
    language.assumeLoadsOnce("a program that is wrong is a 500, and no failed start");
    try (FrontScene scene = scene(language.app(folder).withSpawn(SpawnMethod.DIRECT))) {
      assertThat(scene.get("/").status()).isEqualTo(503);
      awaitLog(".*Cannot start application '" + folder + "': [^\n]*" + reason);
      awaitLog(".*Cannot start .*\n  failed  " + language.loading() + " .*");
      String where = language.startFile() + "(:|\",? line | line )3\\b";
      awaitLog(".*Cannot start .*" + where + ".*");
      scene.awaitStatus("it is gone", status -> status.count() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void theApplicationIsLoadedOnceOrInEachProcessAndAfterForkIsCalledInEach(SpawnMethod spawn)
      throws IOException {
    language.assumeLoadsOnce("nothing is loaded before the request");
    AppSpec app = whole().withSpawn(spawn);
    try (FrontScene scene =
        new FrontScene(PoolLimits.DEFAULT.withMax(2), app, Duration.ofSeconds(30))) {
      Map<String, String> first = about(scene);
      Map<String, String> second;
      try (ScgiClient busy = scene.unix().send("/sleep/1000")) {
        scene.awaitStatus("busy", status -> status.active() == 1);
        second = about(scene);
        assertThat(busy.response().body()).isEqualTo(first.get("pid"));
      }
      assertThat(second.get("pid")).isNotEqualTo(first.get("pid"));
      assertThat(Objects.equals(second.get("loaded"), first.get("loaded")))
          .isEqualTo(spawn == SpawnMethod.SMART && language.forks());
      assertThat(List.of(first.get("forked"), second.get("forked"))).containsOnly("1");
    }
  }

  // --- a request ---------------------------------------------------------------------------------

  @Test
  void aRequestSaysWhatTheInterfaceOfTheLanguageWants() throws IOException {
    try (FrontScene scene = scene()) {
      assertThat(about(scene))
          .containsEntry("multithread", "false")
          .containsEntry("multiprocess", "true")
          .containsEntry("scheme", "http")
          .containsEntry("path", "/about")
          .containsEntry("script", "")
          .containsEntry("query", "");
    }
  }

  @Test
  void halfABodyIsNeverTakenForAWholeOne() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      try (ScgiClient client = scene.unix().send("POST", "/count", 1000, new byte[10])) {
        client.more(new byte[10]);
      }
      assertThat(pid(scene)).isEqualTo(pid);
      assertThat(count(scene, new byte[10], 1)).startsWith("10 ");
    }
  }

  // --- a response --------------------------------------------------------------------------------

  @Test
  void aContentLengthIsKept() throws IOException {
    try (FrontScene scene = scene()) {
      ScgiClient.Response exact = scene.get("/length/10/10");
      assertThat(exact.body()).isEqualTo("x".repeat(10));
      assertThat(length(exact)).isEqualTo("10");

      ScgiClient.Response cut = scene.get("/length/10/30");
      assertThat(cut.body()).isEqualTo("x".repeat(10));
      awaitLog("INFO app.whole .*longer than its Content-Length.*");

      ScgiClient.Response less = scene.get("/length/10/4");
      assertThat(less.body()).isEqualTo("x".repeat(4));
      awaitLog("INFO app.whole .*6 bytes shorter than its Content-Length.*");
    }
  }

  @Test
  void aPieceThatIsWholeGetsItsContentLength() throws IOException {
    language.assumeLoadsOnce("what a program prints goes on as it comes");
    try (FrontScene scene = scene()) {
      ScgiClient.Response response = scene.get("/pid");
      assertThat(length(response)).isEqualTo("" + response.body().length());
    }
  }

  @Test
  void noBodyIsWrittenWhereThereIsNone() throws IOException {
    try (FrontScene scene = scene()) {
      assertThat(asked(scene, "GET", "/bodiless/204"))
          .startsWith("Status: 204 ")
          .endsWith("\r\n\r\n");
      assertThat(asked(scene, "GET", "/bodiless/304"))
          .startsWith("Status: 304 ")
          .endsWith("\r\n\r\n");
      assertThat(asked(scene, "HEAD", "/length/10/10"))
          .containsIgnoringCase("\r\ncontent-length: 10\r\n")
          .endsWith("\r\n\r\n");
    }
  }

  @Test
  void anExceptionIsA500WithItsBacktraceInTheLogAndTheProcessLives() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      assertThat(scene.get("/raise").status()).isEqualTo(500);
      if (language != ContractLanguage.PHP) { // which says it in its own words
        awaitLog("INFO app.whole .*carpool: GET /raise failed.*");
      }
      awaitLog("INFO app.whole .*" + language.startFile() + ".*");
      awaitLog("INFO app.whole .*boom at once.*");
      assertThat(pid(scene)).isEqualTo(pid);
    }
  }

  @Test
  void anExceptionInTheMiddleCutsTheResponseShortAndTheBodyIsClosed() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      assertThat(scene.get("/raise-late").body()).isEqualTo("begun");
      awaitLog("INFO app.whole .*boom in the middle.*");
      assertThat(body(scene, "/closed")).isEqualTo("1");
      assertThat(pid(scene)).isEqualTo(pid);
    }
  }

  @Test
  void aVisitorWhoHangsUpInTheMiddleFreesTheProcessAndTheBodyIsClosed() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      try (ScgiClient client = scene.unix().send("/drip/1000/10")) {
        assertThat(client.some(12)).startsWith("Status: 200");
      }
      assertThat(body(scene, "/closed")).isEqualTo("1");
      assertThat(pid(scene)).isEqualTo(pid);
    }
  }

  @Test
  void whatIsPrintedIsInTheLogAtOnce() throws IOException {
    try (FrontScene scene = scene()) {
      body(scene, "/print");
      awaitLog("INFO app.whole .*a line on stdout");
      awaitLog("INFO app.whole .*a line for the errors");
    }
  }

  // --- a process ---------------------------------------------------------------------------------

  @Test
  void aRestartInTheMiddleOfAResponseLetsItFinish() throws Exception {
    try (FrontScene scene = scene();
        ScgiClient slow = scene.unix().send("/drip/10/50")) {
      assertThat(slow.some(12)).startsWith("Status: 200");
      long old = scene.pool.status().apps().getFirst().processes().getFirst().pid();
      scene.pool.clear();
      assertThat(slow.text()).endsWith("drip".repeat(10));
      assertThat(pid(scene)).isNotEqualTo(old);
    }
  }

  @Test
  void severalRequestsAreServedAtOnceWhereThatIsAllowed() throws IOException {
    language.assumeServesSeveralAtOnce();
    try (FrontScene scene = scene(whole().withConcurrency(4))) {
      Map<String, String> about = about(scene);
      assertThat(about).containsEntry("multithread", "" + language.hasThreads());
      long began = System.nanoTime();
      List<ScgiClient> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(scene.unix().send("/sleep/800"));
      }
      for (ScgiClient client : clients) {
        assertThat(client.response().body()).isEqualTo(about.get("pid"));
        client.close();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void aSlowRequestIsNamedAndShowsWhereItIs() throws IOException {
    language.assumeLoadsOnce("where a program is only the program knows");
    AppLimits limits = AppLimits.NONE.withSlowRequestTime(Duration.ofMillis(200));
    for (SpawnMethod spawn : SpawnMethod.values()) {
      try (FrontScene scene = scene(whole().withLimits(limits).withSpawn(spawn))) {
        body(scene, "/sleep/700");
        awaitLog("WARN .* GET /sleep/700 at process [0-9]+ of whole has taken .*");
        awaitLog(
            language.hasThreads()
                ? "INFO app.whole .*" + language.startFile() + "(:|\", line )[0-9]+.*sleep.*"
                : "INFO app.whole .*GET /sleep/700, for [0-9]+ ms");
      }
      log.close();
      log = LogEar.listening();
    }
  }
}
