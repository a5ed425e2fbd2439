package dev.carpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.Session;
import dev.carpool.api.StatusReport;
import dev.carpool.api.Units;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CarpoolTest {

  @TempDir Path temp;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final RecordingPool pool = new RecordingPool();
  private @Nullable Path asked;

  @Nested
  class Status {
    @Test
    void isTheReport() {
      assertThat(run("status")).isZero();
      assertThat(out()).isEqualTo(StatusReport.of(pool.status()));
      assertThat(asked).isEqualTo(temp.resolve("admin.sock"));
    }

    @Test
    void namesTheRunningRequestsIfAsked() {
      assertThat(run("status", "--requests")).isZero();
      assertThat(out())
          .isEqualTo(
              StatusReport.of(pool.status())
                  + """

                  PID  APP    FOR  REQUEST
                   17  blog  1.5s  GET /slow
                  """);
      out.reset();
      assertThat(run("status", "--json", "--requests")).isZero();
      assertThat(JsonParser.parseString(out()).getAsJsonObject().get("requests").toString())
          .isEqualTo(
              "[{\"app\":\"blog\",\"pid\":17,\"session\":3,\"age_seconds\":1.5,"
                  + "\"what\":\"GET /slow\"}]");
    }

    @Test
    void saysThatNoRequestRunsIfSo() {
      pool.running = List.of();
      assertThat(run("status", "--requests")).isZero();
      assertThat(out()).endsWith("\n\nNo request is being served.\n");
    }

    @Test
    void isForPeopleOrForPrograms() {
      assertThat(run("status", "--json", "--watch")).isEqualTo(2);
      assertThat(err()).startsWith("carpool: --watch is for people, and --json for programs");
    }

    @Test
    void isJsonForPrograms() {
      assertThat(run("status", "--json")).isZero();

      JsonObject json = JsonParser.parseString(out()).getAsJsonObject();
      assertThat(json.keySet())
          .containsExactlyInAnyOrder(
              "version",
              "server_pid",
              "shutting_down",
              "count",
              "active",
              "inactive",
              "waiting",
              "expecting",
              "oldest_wait_seconds",
              "refused",
              "withdrawn",
              "lost",
              "activity",
              "listeners",
              "limits",
              "apps");
      assertThat(json.get("oldest_wait_seconds").getAsDouble()).isEqualTo(1.234);
      assertThat(json.getAsJsonObject("refused").toString())
          .isEqualTo(
              "{\"queue_full\":132,\"queue_timeout\":3,\"spawn_failed\":0,\"shutting_down\":0,"
                  + "\"other\":0}");
      assertThat(json.get("withdrawn").getAsLong()).isEqualTo(2);
      assertThat(json.get("lost").getAsLong()).isEqualTo(1);
      assertThat(json.getAsJsonObject("limits").toString())
          .isEqualTo(
              "{\"max\":6,\"max_per_app\":0,\"max_idle_time_seconds\":300.0,\"max_spawning\":4,"
                  + "\"queue_max\":100}");
      JsonObject app = json.getAsJsonArray("apps").get(0).getAsJsonObject();
      assertThat(app.remove("activity").getAsJsonObject().get("served").getAsLong()).isZero();
      assertThat(json.getAsJsonArray("apps").toString())
          .isEqualTo(
              "[{\"name\":\"blog\",\"root\":\"/srv/blog\",\"generation\":2,\"waiting\":1,"
                  + "\"retry_in_seconds\":0.5,\"outdated\":0,\"refused\":{\"queue_full\":132,\"queue_timeout\":0,"
                  + "\"spawn_failed\":0,\"shutting_down\":0,\"other\":0},\"withdrawn\":2,"
                  + "\"lost\":1,\"processes\":[{\"pid\":17,\"state\":\"draining\","
                  + "\"why\":\"restart\",\"generation\":1,\"concurrency\":1,\"sessions\":1,"
                  + "\"served\":9,\"age_seconds\":61.0,\"idle_for_seconds\":0.0,"
                  + "\"oldest_session_seconds\":1.5}],"
                  + "\"last_failure\":{\"id\":\"f1\",\"at\":\"2026-11-21T10:00:00Z\","
                  + "\"summary\":\"a <b> & 'c'\",\"failures\":2}}]");
    }
  }

  @Nested
  class Setters {
    @ParameterizedTest
    @CsvSource({
      "max, 3, setMax 3",
      "max-per-app, 0, setMaxPerApp 0",
      "max_per_app, 2, setMaxPerApp 2",
      "max-idle-time, 1m30s, setMaxIdleTime PT1M30S",
      "max-idle-time, 0, setMaxIdleTime PT0S",
      "queue-max, 0, setQueueMax 0"
    })
    void areUnderstoodAndPrintTheReceipt(String setting, String value, String call) {
      assertThat(run("set", setting, value)).isZero();
      assertThat(pool.call).isEqualTo(call);
      assertThat(out()).isEqualTo("what: 6 -> 3 (5 running, 2 to drain)\n");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "max 0 | max is 0, but must be at least 1",
          "max -1 | max is -1, but must be at least 1",
          "max three | max must be a whole number, but is 'three'",
          "queue-max 99999999999 | queue-max is 99999999999, but must be at least 0 and at most"
              + " 2147483647",
          "max-idle-time 30 | max-idle-time: '30' is not a time; write a number and its unit, as"
              + " \"30s\", \"500ms\", \"5m\" or \"1h30m\"",
          "maximum 3 | there is no setting 'maximum'; there are max, max-per-app, max-idle-time,"
              + " queue-max",
          "max | the value of max is missing",
          "max 3 4 | '4' is too much",
          "max 3 --forse | there is no option '--forse'"
        })
    void refuseWhatMakesNoSenseBeforeAnyServerIsAsked(String words, String message) {
      assertThat(run(("set " + words).split(" "))).isEqualTo(2);
      assertThat(err()).isEqualTo("carpool: " + message + "\nSee 'carpool set --help'.\n");
      assertThat(asked).isNull();
    }

    @Test
    void ofAGenerationPrintTheReceiptToo() {
      assertThat(run("restart", "blog")).isZero();
      assertThat(pool.call).isEqualTo("restart blog");
      assertThat(run("clear")).isZero();
      assertThat(pool.call).isEqualTo("clear");
      assertThat(out()).isEqualTo("what: 6 -> 3 (5 running, 2 to drain)\n".repeat(2));
    }

    @Test
    void ofARestartThatIsNotNeededSaySo() {
      assertThat(run("restart", "--if-changed", "blog")).isZero();
      assertThat(pool.call).isEqualTo("restart if changed blog");
      assertThat(out()).isEqualTo("blog: unchanged since 2026-11-22T05:00:00Z: not restarted\n");
    }

    @Test
    void sayWhatTheServerRefuses() {
      assertThat(run("restart", "nope")).isEqualTo(1);
      assertThat(err()).isEqualTo("carpool: The pool has no application 'nope'.\n");
    }
  }

  @Nested
  class Stop {
    @Test
    void isOverWhenTheSocketIsGone() {
      assertThat(run("stop")).isZero();
      assertThat(pool.call).isEqualTo("stop");
      assertThat(out()).isEqualTo("The server (pid 4711) has stopped.\n");
    }
  }

  @Nested
  class WithoutAServer {
    @Test
    void oneLineSaysWhereItWasLookedFor() {
      assertThat(runWith(unavailable(), "status", "--runtime-dir", temp.toString())).isEqualTo(1);
      assertThat(err())
          .isEqualTo(
              "carpool: no server answers at %s/admin.sock (start one with 'carpool serve', or name its place with --runtime-dir)\n"
                  .formatted(temp));
    }

    @Test
    void aSocketOfADeadServerIsNoServer() throws IOException {
      Files.createFile(temp.resolve("admin.sock"));
      assertThat(runWith(unavailable(), "status", "--runtime-dir", temp.toString())).isEqualTo(1);
      assertThat(err()).contains("no server answers at");
    }

    private RunningServer.Connector unavailable() {
      return socket -> {
        throw new PoolException.Unavailable("nobody");
      };
    }
  }

  @Nested
  class Help {
    @Test
    void listsEveryCommandInALineOfItsOwn() {
      assertThat(run("--help")).isZero();
      for (String command :
          List.of("serve", "server", "check", "status", "set", "restart", "clear", "stop")) {
        assertThat(out()).containsPattern("(?m)^  " + command + " {2,}\\S");
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "set", "restart", "clear", "stop"})
    void ofACommandFitsATerminal(String command) {
      assertThat(runWith(none(), command, "--help")).isZero();
      assertThat(out())
          .startsWith("Usage: carpool " + command)
          .contains("Example")
          .contains("--runtime-dir DIR");
      assertThat(out().lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void isOfferedToWhoeverTypesSomethingElse() {
      assertThat(runWith(none())).isEqualTo(2);
      assertThat(runWith(none(), "stats")).isEqualTo(2);
      assertThat(runWith(none(), "status", "--runtime-dir")).isEqualTo(2);
      assertThat(err())
          .isEqualTo(
              """
              carpool: a command is missing
              See 'carpool --help'.
              carpool: there is no command 'stats'; did you mean 'status'?
              See 'carpool --help'.
              carpool: --runtime-dir needs a value
              See 'carpool status --help'.
              """);
    }

    @Test
    void isNotNeededToSeeTheVersion() {
      assertThat(runWith(none(), "--version")).isZero();
      assertThat(out()).startsWith("carpool ");
    }

    private RunningServer.Connector none() {
      return socket -> {
        throw new AssertionError("no server is to be asked");
      };
    }
  }

  private int run(String... words) {
    String[] all = new String[words.length + 2];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--runtime-dir";
    all[words.length + 1] = temp.toString();
    return runWith(
        socket -> {
          asked = socket;
          return pool;
        },
        all);
  }

  private int runWith(RunningServer.Connector connector, String... words) {
    return new Carpool(connector, print(out), print(err)).run(words);
  }

  private static PrintStream print(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** Writes down what it is asked, and knows one application. */
  private static final class RecordingPool implements RunningServer, ApplicationPool {
    private String call = "";

    @Override
    public ApplicationPool pool() {
      return this;
    }

    @Override
    public void stop() {
      call = "stop";
    }

    private Receipt receipt(String call) {
      this.call = call;
      return new Receipt("what", "6", "3", 5, 2);
    }

    @Override
    public Receipt clear() {
      return receipt("clear");
    }

    @Override
    public Receipt restart(String appName) throws PoolException {
      if (!appName.equals("blog")) {
        throw new PoolException.NotFound("The pool has no application '" + appName + "'.");
      }
      return receipt("restart " + appName);
    }

    @Override
    public Receipt restartIfChanged(String appName) {
      call = "restart if changed " + appName;
      return Receipt.unchanged(appName, Instant.parse("2026-11-22T05:00:00.123Z"), 5, 0);
    }

    @Override
    public Receipt setMax(int max) {
      return receipt("setMax " + max);
    }

    @Override
    public Receipt setMaxPerApp(int maxPerApp) {
      return receipt("setMaxPerApp " + maxPerApp);
    }

    @Override
    public Receipt setMaxIdleTime(Duration maxIdleTime) {
      return receipt("setMaxIdleTime " + maxIdleTime);
    }

    @Override
    public Receipt setQueueMax(int queueMax) {
      return receipt("setQueueMax " + queueMax);
    }

    private List<RunningRequest> running =
        List.of(new RunningRequest("blog", 17, 3, Duration.ofMillis(1500), "GET /slow"));

    @Override
    public List<RunningRequest> requests() {
      return running;
    }

    @Override
    public PoolStatus status() {
      PoolStatus.Process process =
          new PoolStatus.Process(
              17,
              "draining",
              "restart",
              1,
              1,
              1,
              9,
              Units.time("61s"),
              Duration.ZERO,
              Duration.ofMillis(1500));
      PoolStatus.App app =
          new PoolStatus.App(
              "blog",
              "/srv/blog",
              2,
              1,
              Duration.ofMillis(500),
              new PoolStatus.Unserved(132, 0, 0, 0, 0, 2, 1),
              PoolStatus.Activity.NONE,
              List.of(process),
              new PoolStatus.Failure(
                  "f1", Instant.parse("2026-11-21T10:00:00Z"), "a <b> & 'c'", 2));
      return new PoolStatus(
          "0.1.0",
          4711,
          PoolLimits.DEFAULT,
          1,
          1,
          0,
          1,
          0,
          Duration.ofMillis(1234),
          false,
          new PoolStatus.Unserved(132, 3, 0, 0, 0, 2, 1),
          PoolStatus.Activity.NONE,
          List.of(),
          List.of(app));
    }

    @Override
    public CompletableFuture<Session> request(AppSpec app, Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Session> request(String appName, Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int active() {
      return 1;
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public long spawnServerPid() {
      return 4711;
    }

    @Override
    public void close() {}
  }
}
