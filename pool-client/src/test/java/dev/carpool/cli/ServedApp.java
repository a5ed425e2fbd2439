package dev.carpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.descriptor.Litter;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ./carpool serve} of the checkout on a free port, and the commands beside it. */
final class ServedApp implements AutoCloseable {

  /** What a command printed, and how it ended. */
  record Outcome(int status, String out, String err) {}

  private static final Path LAUNCHER = Path.of("../carpool").toAbsolutePath().normalize();
  private static final Path ECHO = Path.of("src/test/apps/echo").toAbsolutePath();
  private static final Pattern ADDRESS = Pattern.compile("at (http://\\S+:\\d+)");

  private final Process process;
  private final Path runtimeDirectory;
  private final URI root;
  private final HttpClient browser = HttpClient.newHttpClient();

  private ServedApp(Process process, Path runtimeDirectory, URI root) {
    this.process = process;
    this.runtimeDirectory = runtimeDirectory;
    this.root = root;
  }

  static ServedApp start(String... options) throws IOException {
    Path directory = Litter.folder("cp");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Path runtimeDirectory = directory.resolve("run");
    List<String> words = new ArrayList<>(List.of("serve", ECHO.toString(), "--port", "0"));
    words.addAll(List.of("--runtime-dir", runtimeDirectory.toString()));
    words.addAll(List.of(options));
    Path log = directory.resolve("log");
    Process process = launcher(words).redirectError(log.toFile()).start();
    BufferedReader out = process.inputReader(UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher address = ADDRESS.matcher(line);
      if (address.find()) {
        return new ServedApp(process, runtimeDirectory, URI.create(address.group(1)));
      }
    }
    throw new AssertionError("the server did not start:\n" + Files.readString(log));
  }

  private static ProcessBuilder launcher(List<String> words) {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CARPOOL_JAVA_HOME", System.getProperty("java.home", ""));
    return builder;
  }

  /** Runs a command against a server's runtime directory. */
  static Outcome carpool(Path runtimeDirectory, String... words)
      throws IOException, InterruptedException {
    Process command = command(runtimeDirectory, words).start();
    String out = new String(command.getInputStream().readAllBytes(), UTF_8);
    String err = new String(command.getErrorStream().readAllBytes(), UTF_8);
    return new Outcome(command.waitFor(), out, err);
  }

  private static ProcessBuilder command(Path runtimeDirectory, String... words) {
    ProcessBuilder builder = launcher(List.of(words));
    builder.environment().put("CARPOOL_RUNTIME_DIR", runtimeDirectory.toString());
    return builder;
  }

  /** A command against this server, that does not run yet. */
  ProcessBuilder command(String... words) {
    return command(runtimeDirectory, words);
  }

  /** Runs a command against this server. */
  Outcome carpool(String... words) throws IOException, InterruptedException {
    return carpool(runtimeDirectory, words);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return browser.send(
        HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofSeconds(30)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  Path runtimeDirectory() {
    return runtimeDirectory;
  }

  long pid() {
    return process.pid();
  }

  int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("the server ends").isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    browser.shutdownNow();
    process.destroy();
    try {
      awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
