package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Command lines and files that are wrong, as whoever typed them hears of it. */
class CheckIT {

  private record Outcome(int status, String out, String err) {}

  @TempDir private Path directory;

  private Outcome carpool(String... arguments) throws IOException, InterruptedException {
    Process process =
        RunningServer.command(List.of(arguments)).directory(directory.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), out, err);
  }

  private void write(String text) throws IOException {
    Files.writeString(directory.resolve("carpool.toml"), text);
  }

  @Test
  void aGoodFileIsGood() throws Exception {
    Path root = Files.createDirectory(directory.resolve("blog"));
    write("[pool]\nmax = 3\n[app.blog]\nroot = \"" + root + "\"\n");

    Outcome outcome = carpool("check");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).startsWith("carpool.toml: good; at most 3 processes");
    assertThat(outcome.status()).isZero();
  }

  @Test
  void allThatIsWrongIsSaidWithLineAndColumn() throws Exception {
    write("[pool]\nmxa = 3\nqueue_timeout = 30\n\n[app.blog]\nroot = \"/nowhere/at/all\"\n");

    Outcome outcome = carpool("check", "-c", "carpool.toml");

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .containsPattern("(?m)^carpool.toml:2:1: .*mxa.*max")
        .containsPattern("(?m)^carpool.toml:3:\\d+: .*queue_timeout");
  }

  @Test
  void aFileThatIsNoTomlIsSaidWithLineAndColumn() throws Exception {
    write("[pool]\nmax = = 3\n");

    Outcome outcome = carpool("check");

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.err()).startsWith("carpool.toml:2:7: ");
  }

  @Test
  void servingABadFileIs78Too() throws Exception {
    write("[pool]\nmax = 0\n");

    Outcome outcome = carpool("serve", "-c", "carpool.toml", "--runtime-dir", "run");

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.err()).containsPattern("^carpool.toml:2:\\d+: ");
  }

  @Test
  void servingWhatIsNoApplicationIs2() throws Exception {
    Outcome nothing = carpool("serve", "nowhere");
    assertThat(nothing.status()).isEqualTo(2);
    assertThat(nothing.err())
        .isEqualTo(
            "carpool: "
                + directory.toRealPath().resolve("nowhere")
                + " does not exist.\nSee 'carpool serve --help'.\n");

    Outcome empty = carpool("serve", ".");
    assertThat(empty.status()).isEqualTo(2);
    assertThat(empty.err()).contains("says how to run it: no wsgi.py");

    assertThat(carpool("serve", "--prot", "80").status()).isEqualTo(2);
    assertThat(carpool("srve").status()).isEqualTo(2);

    assertThat(carpool("serve", "--environment", "test").err())
        .contains("--environment is development or production, not 'test'");
  }

  @Test
  void aPortThatIsTakenAndADirectoryThatIsInUseAre1() throws Exception {
    try (RunningServer server = RunningServer.serve(RunningServer.APPS.resolve("plain"))) {
      String app = RunningServer.APPS.resolve("plain").toString();

      Outcome port = carpool("serve", app, "--port", "" + server.port(), "--runtime-dir", "run");
      assertThat(port.status()).isEqualTo(1);
      assertThat(port.err())
          .contains("Cannot listen on 127.0.0.1 port " + server.port())
          .contains("choose another port with --port");

      Outcome taken =
          carpool("serve", app, "--port", "0", "--runtime-dir", "" + server.runtimeDirectory());
      assertThat(taken.status()).isEqualTo(1);
      assertThat(taken.err()).contains("" + server.runtimeDirectory());
      assertThat(server.get("/").statusCode()).as("the first one goes on").isEqualTo(200);
    }
  }
}
