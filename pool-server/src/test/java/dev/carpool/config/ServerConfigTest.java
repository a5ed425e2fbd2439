package dev.carpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import dev.carpool.backlog.ListenerName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerConfigTest {

  @TempDir Path temp;
  private Path file;

  @BeforeEach
  void aFileBesideTheRootOfAnApp() throws IOException {
    file = temp.resolve("carpool.toml");
    Files.createDirectory(temp.resolve("blog"));
  }

  @Nested
  class AGoodFile {
    @Test
    void canBeEmpty() throws Exception {
      assertThat(read("")).isEqualTo(ServerConfig.DEFAULT);
    }

    @Test
    void saysEverythingThereIsToSay() throws Exception {
      ServerConfig config =
          read(
              """
              environment = "development"

              [pool]
              max = 7
              max_per_app = 3
              max_idle_time = "90s"
              max_preloader_idle_time = "1h"
              max_spawning = 2
              queue_max = 0
              queue_timeout = "500ms"

              [gateway]
              max_body = "64MiB"

              [backlog]
              watch = ["unix:/run/php-fpm.sock", "tcp:80"]

              [app.blog]
              root = "blog"
              kind = "wsgi"
              entry = "wsgi:application"
              python = "/usr/bin/python3"
              min = 1
              max = 4
              max_idle_time = "0s"
              start_timeout = "10s"
              listen = ["http:127.0.0.1:8080", "http:[::1]:8080"]
              env = { MODE = "production" }

              [app.other]
              root = "./blog"
              kind = "helper"
              command = ["perl", "-w", "app.pl"]
              listen = "http:*:8081"
              """);

      AppSpec blog =
          AppSpec.named("blog", temp.resolve("blog"))
              .withKind(AppKind.WSGI)
              .withEntry("wsgi:application")
              .withCommand(List.of("/usr/bin/python3"))
              .withMin(1)
              .withLimits(AppLimits.NONE.withMax(4).withMaxIdleTime(Duration.ZERO))
              .withStartTimeout(Duration.ofSeconds(10))
              .withEnv(ImmutableMap.of("MODE", "production"));
      AppSpec other =
          AppSpec.named("other", temp.resolve("blog"))
              .withKind(AppKind.HELPER)
              .withCommand(List.of("perl", "-w", "app.pl"));
      assertThat(config)
          .isEqualTo(
              new ServerConfig(
                  new PoolLimits(7, 3, Duration.ofSeconds(90), 2, 0),
                  Duration.ofMillis(500),
                  Duration.ofHours(1),
                  64 << 20,
                  Environment.DEVELOPMENT,
                  ImmutableList.of(
                      new ServerConfig.App(
                          blog,
                          ImmutableList.of(
                              new Listener.Http("127.0.0.1", 8080),
                              new Listener.Http("::1", 8080))),
                      new ServerConfig.App(other, ImmutableList.of(new Listener.Http("*", 8081)))),
                  ImmutableList.of(),
                  AdminConfig.NONE,
                  ImmutableList.of(
                      new ListenerName.Unix("/run/php-fpm.sock"), new ListenerName.Tcp(null, 80))));
    }

    @Test
    void mayNameAPythonInsideTheApp() throws Exception {
      ServerConfig config = read("[app.blog]\nroot = \"blog\"\npython = \"venv/bin/python\"");
      assertThat(config.apps().get(0).spec().command())
          .containsExactly(temp.resolve("blog/venv/bin/python").toString());
    }

    @Test
    void mayNameALogFileBesideIt() throws Exception {
      ServerConfig config =
          read(
              """
              [app.blog]
              root = "blog"
              log = "blog.log"
              [app.shop]
              root = "blog"
              log = "/nowhere/shop.log"
              """);
      assertThat(config.apps().get(0).spec().log()).isEqualTo(temp.resolve("blog.log"));
      assertThat(config.apps().get(1).spec().log()).isEqualTo(Path.of("/nowhere/shop.log"));
      assertThat(config.doubts())
          .singleElement()
          .asString()
          .endsWith(":6:1: there is no directory /nowhere");
    }

    @Test
    void mayHoldAnAppWithDotsInItsName() throws Exception {
      ServerConfig config = read("[app.\"blog.example.org\"]\nroot = \"blog\"");
      assertThat(config.apps().get(0).spec().name()).isEqualTo("blog.example.org");
    }

    @Test
    void mayNameARootThatIsNotThereYet() throws Exception {
      ServerConfig config = read("[app.shop]\nroot = \"shop\"");
      assertThat(config.doubts())
          .extracting(Problem::toString)
          .containsExactly(file + ":2:1: there is no directory " + temp.resolve("shop"));
    }

    @Test
    void mayWantMoreThanItAllows() throws Exception {
      ServerConfig config =
          read("[pool]\nmax = 2\nmax_per_app = 1\n[app.blog]\nroot = \"blog\"\nmin = 3");
      assertThat(config.doubts())
          .extracting(Problem::toString)
          .containsExactly(
              file + ":4:1: the apps' 'min' add up to 3 processes, but [pool] max is 2",
              file + ":6:1: 'min' is 3, but [pool] max_per_app is 1");
      assertThat(read("[app.blog]\nroot = \"blog\"\nmin = 3\nmax = 2").doubts())
          .extracting(Problem::toString)
          .containsExactly(file + ":3:1: 'min' is 3, but its 'max' is 2");
    }
  }

  @Nested
  class AnUnknownKey {
    @Test
    void isToldWithTheNearestKnownOne() {
      assertProblems(
          """
          [pool]
          max_idel_time = "5m"
            max-per-app = 3
          """,
          "2:1: unknown key 'max_idel_time' in [pool]; did you mean 'max_idle_time'?",
          "3:3: unknown key 'max-per-app' in [pool]; did you mean 'max_per_app'?");
    }

    @Test
    void isToldWithAllKnownOnesWhenNoneIsNear() {
      assertProblems(
          "[gateway]\nzzzzzzzzz = 1",
          "2:1: unknown key 'zzzzzzzzz' in [gateway]; known are max_body");
    }

    @Test
    void mayBeATable() {
      assertProblems("[pol]\nmax = 3", "1:1: unknown key 'pol'; did you mean 'pool'?");
      assertProblems(
          "[gateway]\n[gateway.limits]\nx = 1",
          "2:1: unknown key 'limits' in [gateway]; known are max_body");
    }
  }

  @Nested
  class AWrongValue {
    @Test
    void ofANumberSaysWhatItMustBe() {
      assertProblems(
          """
          [pool]
          max = 0
          max_per_app = -1
          max_spawning = "4"
          queue_max = 99999999999
          """,
          "2:1: 'max' is 0, but must be at least 1",
          "3:1: 'max_per_app' is -1, but must be at least 0",
          "4:1: 'max_spawning' must be a whole number, but is the text \"4\"",
          "5:1: 'queue_max' is 99999999999, but must be at least 0 and at most 2147483647");
    }

    @Test
    void ofATimeOrASizeSaysItsUnits() {
      assertProblems(
          """
          [pool]
          max_idle_time = 300
          queue_timeout = "0s"
          [gateway]
          max_body = "64M"
          [app.blog]
          root = "blog"
          start_timeout = "5 minutes"
          """,
          "2:1: 'max_idle_time' must be a time with its unit in quotes, as \"30s\", \"500ms\","
              + " \"5m\" or \"1h30m\", but is the number 300",
          "3:1: 'queue_timeout' is 0s, but must be at least 1ms",
          "5:1: 'max_body': '64M' is not a size; write a number and its unit, as \"512KiB\","
              + " \"64MiB\" or \"1GiB\"",
          "8:1: 'start_timeout': '5 minutes' is not a time; write a number and its unit, as"
              + " \"30s\", \"500ms\", \"5m\" or \"1h30m\"");
    }

    @Test
    void ofAWordSaysAllWords() {
      assertProblems(
          "environment = \"test\"\n[app.blog]\nroot = \"blog\"\nkind = \"ruby\"",
          "1:1: 'environment' is \"test\", but must be one of \"development\", \"production\"",
          "4:1: 'kind' is \"ruby\", but must be one of \"auto\", \"wsgi\", \"rack\", \"cgi\","
              + " \"php\", \"http\", \"psgi\", \"node\", \"helper\"");
    }

    @Test
    void ofAnotherTypeIsNamed() {
      assertProblems(
          """
          [app.blog]
          root = 3
          entry = true
          python = ["python3"]
          min = 1.5
          listen = 8080
          env = { A = 1, "B=C" = "x" }
          """,
          "2:1: 'root' must be a text in quotes, but is the number 3",
          "3:1: 'entry' must be a text in quotes, but is true",
          "4:1: 'python' must be a text in quotes, but is a list",
          "5:1: 'min' must be a whole number, but is the number 1.5",
          "6:1: 'listen' must be a list of texts, but is the number 8080",
          "7:9: 'A' must be a text in quotes, but is the number 1",
          "7:16: 'B=C' cannot name a variable");
    }

    @Test
    void inPlaceOfATableIsNamed() {
      assertProblems(
          "pool = 3\napp = { blog = \"here\" }",
          "1:1: 'pool' must be a table, but is the number 3",
          "2:9: 'app.blog' must be a table, but is the text \"here\"");
    }
  }

  @Nested
  class AnApp {
    @Test
    void needsARoot() {
      assertProblems(
          "[app.blog]\nmin = 1", "1:1: this app has no 'root'; name the directory with its code");
    }

    @Test
    void needsANameOfPlainLetters() {
      assertProblems(
          "[app.\"my blog\"]\nroot = \"blog\"",
          "1:1: 'my blog' cannot name an app; use letters, digits, '.', '_' and '-'");
    }

    @Test
    void ofAnyKindButHelperHasNoCommand() {
      assertProblems(
          "[app.blog]\nroot = \"blog\"\ncommand = [\"python3\"]",
          "3:1: 'command' belongs to kind = \"helper\" or \"http\"; the interpreter of other kinds is"
              + " 'python' or 'ruby' or 'php' or 'perl' or 'node'");
    }

    @Test
    void theInterpreterOfAKindSaysTheKind() throws Exception {
      ServerConfig config = read("[app.blog]\nroot = \"blog\"\nruby = \"bin/ruby\"");
      AppSpec app = config.apps().get(0).spec();
      assertThat(app.kind()).isEqualTo(AppKind.RACK);
      assertThat(app.command()).containsExactly(temp.resolve("blog/bin/ruby").toString());
      AppSpec perl = read("[app.blog]\nroot = \"blog\"\nperl = \"perl\"").apps().get(0).spec();
      assertThat(perl.kind()).isEqualTo(AppKind.PSGI);

      assertProblems(
          "[app.blog]\nroot = \"blog\"\nruby = \"ruby\"\npython = \"python3\"",
          "3:1: 'python' and 'ruby' belong to different kinds; keep one");
      assertProblems(
          "[app.blog]\nroot = \"blog\"\nkind = \"rack\"\npython = \"python3\"",
          "4:1: 'python' has no meaning for kind = \"rack\"; say 'ruby'");
    }

    @Test
    void ofKindHelperNeedsACommandAndNoPython() {
      assertProblems(
          "[app.blog]\nroot = \"blog\"\nkind = \"helper\"\npython = \"python3\"",
          "3:1: kind \"helper\" needs 'command', a list of words to execute",
          "4:1: 'python' has no meaning for kind = \"helper\"; say 'command'");
      assertProblems(
          "[app.blog]\nroot = \"blog\"\nkind = \"helper\"\ncommand = []",
          "4:1: 'command' must name a program");
    }
  }

  @Nested
  class AFileThatIsNoToml {
    @Test
    void isToldEachSyntaxErrorAndWhatIsWrongBefore() {
      assertProblems(
          """
          [pool]
          maxx = 3
          max = 3 = 4
          queue_maxx = 3
          [app.blog]
          root =
          """,
          "2:1: unknown key 'maxx' in [pool]; did you mean 'max'?",
          "3:9: Unexpected '=', expected a newline or end-of-input",
          "6:7: Unexpected end of line, expected a value");
    }

    @Test
    void ofAnyJunkGivesProblemsAndNothingElse() {
      Random random = new Random(42);
      String alphabet = "[]{}=\"'#.,-\\\n\r\t\0 09azAZ_ä\u202e\ud83d\ude00";
      String good = "[pool]\nmax = 3\n[app.blog]\nroot = \"blog\"\nlisten = [\"http:a:1\"]\n";
      for (int i = 0; i < 3000; i++) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? good : "");
        for (int n = random.nextInt(40); n > 0; n--) {
          char c = alphabet.charAt(random.nextInt(alphabet.length()));
          text.insert(random.nextInt(text.length() + 1), c);
        }
        try {
          ConfigReader.parse(file, text.toString());
        } catch (ConfigException e) {
          assertThat(e.problems()).as(text.toString()).isNotEmpty();
        }
      }
    }
  }

  @Nested
  class AFileThatCannotBeRead {
    @Test
    void isMissing() {
      assertThatThrownBy(() -> ServerConfig.read(file))
          .isInstanceOf(ConfigException.class)
          .hasMessage(file + ": there is no such file");
    }

    @Test
    void isADirectory() {
      assertThatThrownBy(() -> ServerConfig.read(temp))
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith(temp + ": cannot be read: ");
    }

    @Test
    void isNotUtf8() throws IOException {
      Files.write(file, new byte[] {'a', (byte) 0xff});
      assertThatThrownBy(() -> ServerConfig.read(file))
          .hasMessage(file + ": is not a text in UTF-8");
    }

    @Test
    void isFarTooLarge() throws IOException {
      Files.writeString(file, "#".repeat(1 << 20) + "\n", StandardCharsets.UTF_8);
      assertThatThrownBy(() -> ServerConfig.read(file)).hasMessageContaining("larger than 1MiB");
    }
  }

  @Nested
  class ACheck {
    @Test
    void ofAGoodFileSummarizesIt() throws IOException {
      Files.writeString(
          file, "[app.blog]\nroot = \"blog\"\nlisten = [\"http:[::1]:8080\", \"http:*:80\"]\n");
      assertThat(ConfigCheck.of(file))
          .isEqualTo(
              new ConfigCheck(
                  """
                  %s: good; at most 6 processes and 100 waiting requests, 30s each
                    app blog  %s  http:[::1]:8080  http:*:80
                  """
                      .formatted(file, temp.resolve("blog")),
                  0));
    }

    @Test
    void countsDoubtsAsProblems() throws IOException {
      Files.writeString(file, "[app.shop]\nroot = \"shop\"\n");
      assertThat(ConfigCheck.of(file))
          .isEqualTo(
              new ConfigCheck(
                  file + ":2:1: there is no directory " + temp.resolve("shop") + "\n", 78));
    }

    @Test
    void saysEachProblemInALineOfItsOwn() throws IOException {
      Files.writeString(file, "[pool]\nmax = 0\nmaxx = 1\n");
      ConfigCheck check = ConfigCheck.of(file);
      assertThat(check.exitCode()).isEqualTo(78);
      assertThat(check.text().lines()).hasSize(2).allMatch(line -> line.startsWith(file + ":"));
    }
  }

  private ServerConfig read(String text) throws Exception {
    Files.writeString(file, text);
    return ServerConfig.read(file);
  }

  private void assertProblems(String text, String... problems) {
    ConfigException wrong =
        catchThrowableOfType(ConfigException.class, () -> ConfigReader.parse(file, text));
    assertThat(wrong).as("a refusal of:\n" + text).isNotNull();
    assertThat(wrong.problems())
        .extracting(Problem::toString)
        .containsExactly(
            List.of(problems).stream().map(p -> file + ":" + p).toArray(String[]::new));
  }
}
