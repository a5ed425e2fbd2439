package dev.carpool.front;

import static dev.carpool.front.Asked.about;
import static dev.carpool.front.Asked.body;
import static dev.carpool.front.Asked.length;
import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds besides where a process loads the application's code, and keeps it for all requests.
 */
@ParameterizedClass
@EnumSource(
    value = ContractLanguage.class,
    names = {"CGI", "PHP"},
    mode = EnumSource.Mode.EXCLUDE)
@Timeout(120)
final class LoadedCodeIT extends LanguageSuite {

  @ParameterizedTest
  @CsvSource({"syntax-error, .*", "raises, .*boom while loading.*"})
  void aStartThatFailsNamesTheStepTheFileAndTheLine(String folder, String reason)
      throws IOException {
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

  @Test
  void aPieceThatIsWholeGetsItsContentLength() throws IOException {
    try (FrontScene scene = scene()) {
      ScgiClient.Response response = scene.get("/pid");
      assertThat(length(response)).isEqualTo("" + response.body().length());
    }
  }

  @Test
  void severalRequestsAreServedAtOnceWhereThatIsAllowed() throws IOException {
    try (FrontScene scene = scene(whole().withConcurrency(4))) {
      Map<String, String> about = about(scene);
      assertThat(about)
          .containsEntry(
              "multithread", "" + (language.hasThreads() && language.servesSeveralAtOnce()));
      long began = System.nanoTime();
      List<ScgiClient> clients = new ArrayList<>();
      for (int i = 0; i < (language.servesSeveralAtOnce() ? 4 : 1); i++) {
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
