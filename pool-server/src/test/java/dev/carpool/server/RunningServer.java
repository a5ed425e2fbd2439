package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.descriptor.Litter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code carpool serve} as a process of its own, on a free port, and a browser for it.
 *
 * <p>Closing it is a test too: it must end on TERM with status 0, and leave no process behind.
 */
final class RunningServer implements AutoCloseable {

  static final Path APPS = Path.of("src/test/apps").toAbsolutePath();
  static final String SECRET = "sesame-4711";

  private static final Pattern READY =
      Pattern.compile("Carpool serves (\\S+) at ((?:http|scgi|fastcgi):\\S+)");
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration END = Duration.ofSeconds(20);

  private final Process process;
  private final Path log;
  private final Path runtimeDirectory;
  private final URI root;
  private final List<String> said;
  private final HttpClient browser =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  private RunningServer(Process process, Path runtimeDirectory, Path log) throws IOException {
    this.process = process;
    this.runtimeDirectory = runtimeDirectory;
    this.log = log;
    this.said = new ArrayList<>();
    this.root = awaitReady();
  }

  /**
   * Starts a server and waits until it says where it serves.
   *
   * @param arguments of {@code carpool serve}, without port and runtime directory
   */
  static RunningServer serve(Object... arguments) throws IOException {
    return start(Stream.concat(Stream.of("--port", "0"), Stream.of(arguments)), command -> {});
  }

  /**
   * Starts a server as {@link #serve} does, in an environment that says nothing of users.
   *
   * @param helpers where each user may read them
   */
  static RunningServer serveAsInstalled(Path helpers, Object... arguments) throws IOException {
    return start(
        Stream.concat(Stream.of("--port", "0"), Stream.of(arguments)),
        command -> {
          command.environment().remove("CARPOOL_DEFAULT_USER");
          command.command().add(1, "-Dcarpool.helpers=" + helpers);
          command.command().removeIf(word -> word.equals(helpersOfTheCheckout()));
        });
  }

  private static String helpersOfTheCheckout() {
    return "-Dcarpool.helpers=" + Path.of("../spawn-helpers").toAbsolutePath().normalize();
  }

  /** Starts a server where a configuration says, and waits until it serves there. */
  static RunningServer configured(Path file) throws IOException {
    return start(Stream.of("-c", file), command -> {});
  }

  /** Starts a server where a configuration says, with its log in a file of its own. */
  static RunningServer logging(Path file, Path log) throws IOException {
    return start(Stream.of("-c", file, "--log", log), command -> {});
  }

  private static RunningServer start(Stream<Object> arguments, Consumer<ProcessBuilder> change)
      throws IOException {
    Path directory = Litter.folder("cp");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Path log = directory.resolve("log");
    List<String> words = new ArrayList<>(List.of("serve"));
    words.addAll(List.of("--runtime-dir", directory.resolve("run").toString()));
    arguments.map(Object::toString).forEach(words::add);
    ProcessBuilder command = command(words).redirectError(log.toFile());
    change.accept(command);
    Process process = command.start();
    try {
      return new RunningServer(process, directory.resolve("run"), log);
    } catch (AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** The {@code carpool} command with the classes of this test run. */
  static ProcessBuilder command(List<String> arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m"));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add(helpersOfTheCheckout());
    words.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    words.add(Main.class.getName());
    words.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("CARPOOL_TEST_SECRET", SECRET);
    return builder;
  }

  private URI awaitReady() throws IOException {
    long deadline = System.nanoTime() + START.toNanos();
    BufferedReader out = process.inputReader(UTF_8);
    while (true) {
      String line = out.readLine();
      if (line == null || System.nanoTime() > deadline) {
        throw new AssertionError("the server did not become ready: " + said + "\n" + log());
      }
      said.add(line);
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        return URI.create(ready.group(2));
      }
    }
  }

  /** What it printed until it was ready. */
  List<String> said() {
    return said;
  }

  URI uri(String path) {
    return root.resolve(path);
  }

  int port() {
    return root.getPort();
  }

  Path runtimeDirectory() {
    return runtimeDirectory;
  }

  long pid() {
    return process.pid();
  }

  /** What follows a word at the beginning of a line that the server says after it is ready. */
  String awaitSaid(String word) throws IOException {
    BufferedReader out = process.inputReader(UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.add(line);
      if (line.strip().startsWith(word)) {
        return line.strip().substring(word.length()).strip();
      }
    }
    throw new AssertionError("the server did not say " + word + ": " + said + "\n" + log());
  }

  /** Where the admin listener is now, as the log says it. */
  String adminUrl() throws IOException {
    awaitLog("the admin listener is at ");
    Matcher url = Pattern.compile("the admin listener is at (\\S+);").matcher(log());
    String last = "";
    while (url.find()) {
      last = url.group(1);
    }
    return last;
  }

  Path adminToken() {
    return runtimeDirectory.resolve("admin.token");
  }

  /** What the server logged until now. */
  String log() throws IOException {
    return Files.readString(log);
  }

  Path logFile() {
    return log;
  }

  /** Waits for words in the log. */
  void awaitLog(String words) {
    await(words).atMost(Duration.ofSeconds(10)).until(() -> log().contains(words));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30));
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return browser.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<InputStream> stream(String path) throws IOException, InterruptedException {
    return browser.send(request(path).build(), BodyHandlers.ofInputStream());
  }

  HttpClient browser() {
    return browser;
  }

  /** The whole report, as {@code cat status.fifo} shows it. */
  String status() throws IOException {
    return Files.readString(runtimeDirectory.resolve("status.fifo"));
  }

  /** A figure of the report: {@code "count"}, {@code "active"}, {@code "waiting"}. */
  int figure(String name) throws IOException {
    Matcher line = Pattern.compile("(?m)^" + name + " +(\\d+)").matcher(status());
    assertThat(line.find()).as("the status has a line '" + name + "'").isTrue();
    return Integer.parseInt(line.group(1));
  }

  void awaitFigure(String name, int value) {
    await(name + " is " + value)
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(figure(name)).isEqualTo(value));
  }

  /** The server's open descriptors that are no files: sockets, pipes, event loops. */
  Map<String, Long> descriptors() throws IOException {
    return ProcessFacts.descriptors(pid());
  }

  /** Waits until as much is open as before. */
  void awaitDescriptors(Map<String, Long> before) {
    await("descriptors of the server")
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(descriptors()).isEqualTo(before));
  }

  /** Sends a signal by its name. */
  void signal(String name) throws IOException, InterruptedException {
    ProcessFacts.signal(pid(), name);
  }

  /** Waits for the end of the server; returns its status. */
  int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(END.toSeconds(), TimeUnit.SECONDS)).as("the server ends").isTrue();
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() throws IOException {
    List<ProcessHandle> children = process.descendants().toList();
    try {
      if (process.isAlive()) {
        process.destroy();
        assertThat(awaitEnd()).as("exit status; the log:\n" + log()).isZero();
      }
      assertThat(children.stream().filter(ProcessHandle::isAlive)).as("left behind").isEmpty();
      assertThat(runtimeDirectory.resolve("admin.sock")).doesNotExist();
      assertThat(runtimeDirectory.resolve("status.fifo")).doesNotExist();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
      browser.shutdownNow();
    }
  }
}
