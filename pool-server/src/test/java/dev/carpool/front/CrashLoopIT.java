package dev.carpool.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.LogEar;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.SpawnMethod;
import dev.carpool.api.StatusReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Applications that are ready, and then end again and again: pauses, and words in the status. */
@Timeout(60)
final class CrashLoopIT {

  private static final PoolLimits TWO = PoolLimits.DEFAULT.withMax(2);
  private static final Path APPS = Path.of("src/test/apps/misbehaving");

  @BeforeAll
  static void warmUp() throws IOException {
    FrontIT.warmUp();
  }

  @ParameterizedTest
  @EnumSource(SpawnMethod.class)
  void oneThatExitsWhenItIsReadyIsPausedAndSaysSo(SpawnMethod spawn) throws Exception {
    AppSpec app = FrontScene.app(APPS.resolve("exits-after-ready")).withSpawn(spawn);
    assertCrashLoop(app.withMin(1), "(closed its line, )?exited with status 4");
  }

  @Test
  void oneThatHangsUpWhenItIsReadyIsEndedPausedAndSaysSo() throws Exception {
    AppSpec app =
        FrontScene.app(APPS.resolve("hangs-up"))
            .withKind(AppKind.HELPER)
            .withCommand(List.of("/usr/bin/python3", "helper.py"));
    assertCrashLoop(app.withMin(1), "closed its line, was ended by SIGTERM");
  }

  private static void assertCrashLoop(AppSpec app, String words) throws Exception {
    try (LogEar log = LogEar.listening();
        FrontScene scene = new FrontScene(TWO, app, Duration.ofSeconds(30))) {
      scene.pool.configure(app);
      String pattern =
          "(?s).*\n  next start    in [0-9]+m?s\n"
              + "  last failure  process ([0-9]+) ended 0(?:\\.[0-9]{3})? s after it was ready,"
              + " with nothing served: %s\n"
              + " +report process \\1, [^,]+, 2 times in a row\n"
              + "  processes     none\n";
      Pattern said = Pattern.compile(pattern.formatted(words));
      scene.awaitStatus("words", status -> said.matcher(StatusReport.of(status)).matches());
      Matcher now = said.matcher(StatusReport.of(scene.pool.status()));
      assertThat(now.matches()).isTrue();
      ScgiClient.Response refused = scene.get("/");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(refused.body()).contains("Report process " + now.group(1) + ".");
      assertThat(log.lines())
          .as("the report's name is in the log, as an end that nobody wanted")
          .anyMatch(line -> line.matches("WARN .* process " + now.group(1) + " of front .*"));
    }
  }
}
