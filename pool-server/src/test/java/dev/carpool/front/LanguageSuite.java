package dev.carpool.front;

import static org.awaitility.Awaitility.await;

import dev.carpool.ContractLanguage;
import dev.carpool.LogEar;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** An application in some language, behind a pool and a front, and an ear for the log. */
abstract class LanguageSuite {

  private static boolean warm;

  @Parameter ContractLanguage language = ContractLanguage.PYTHON;

  LogEar log = LogEar.listening();

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

  FrontScene scene() throws IOException {
    return scene(whole());
  }

  /** With one process. */
  static FrontScene scene(AppSpec app) throws IOException {
    return new FrontScene(PoolLimits.DEFAULT.withMax(1), app, Duration.ofSeconds(30));
  }

  AppSpec whole() {
    return language.app("whole");
  }

  void awaitLog(String pattern) {
    await(pattern)
        .atMost(Duration.ofSeconds(10))
        .until(() -> log.lines().stream().anyMatch(line -> line.matches("(?s)" + pattern)));
  }
}
