package dev.carpool.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.server.Main;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server process, in a runtime directory of its own below {@code target}. */
final class ServerUnderTest implements AutoCloseable {

  /** Says who answered what, and sleeps when the path tells it to. */
  static final Path ECHO = app("echo");

  static final Duration SOON = Duration.ofSeconds(20);

  private static final AtomicInteger LAST = new AtomicInteger();

  private final PoolServerProcess process;
  private final Path runtimeDirectory;
  private final List<String> log;
  private final ProcessHandle handle;

  private ServerUnderTest(PoolServerProcess process, Path runtimeDirectory, List<String> log) {
    this.process = process;
    this.runtimeDirectory = runtimeDirectory;
    this.log = log;
    this.handle = ProcessHandle.of(process.pid()).orElseThrow();
  }

  /** Starts a server with a new runtime directory. */
  static ServerUnderTest start(String... options) throws IOException {
    return startIn(newRuntimeDirectory(), options);
  }

  static ServerUnderTest startIn(Path runtimeDirectory, String... options) throws IOException {
    List<String> log = new CopyOnWriteArrayList<>();
    PoolServerProcess process =
        PoolServerProcess.command(command().toArray(String[]::new))
            .options("--runtime-dir", runtimeDirectory.toString())
            .options(options)
            .logTo(log::add)
            .start();
    return new ServerUnderTest(process, runtimeDirectory, log);
  }

  /** The words that start Carpool's command from the classes under test. */
  static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx64m",
        "--enable-native-access=ALL-UNNAMED",
        "-Dcarpool.helpers=" + Path.of("../spawn-helpers").toAbsolutePath().normalize(),
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName());
  }

  /** {@link #command()} as {@code carpool server} on some descriptor. */
  static List<String> serverCommand(int descriptor, Path runtimeDirectory, String... options) {
    List<String> words = new ArrayList<>(command());
    words.addAll(List.of("server", "--server-socket-fd", Integer.toString(descriptor)));
    words.addAll(List.of("--runtime-dir", runtimeDirectory.toString()));
    words.addAll(List.of(options));
    return words;
  }

  static Path newRuntimeDirectory() {
    return Path.of("target", "run", ProcessHandle.current().pid() + "-" + LAST.incrementAndGet())
        .toAbsolutePath();
  }

  static Path app(String name) {
    return Path.of("src/test/apps", name).toAbsolutePath();
  }

  /** A program of {@code src/test/webserver}. */
  static ProcessBuilder python(String program, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add("python3");
    words.add(Path.of("src/test/webserver", program).toString());
    words.addAll(List.of(arguments));
    return new ProcessBuilder(words).redirectErrorStream(true);
  }

  PoolServerProcess process() {
    return process;
  }

  long pid() {
    return process.pid();
  }

  Path runtimeDirectory() {
    return runtimeDirectory;
  }

  /** What the server has printed so far. */
  List<String> log() {
    return log;
  }

  RemotePool connect() throws PoolException {
    return process.connect("test", SOON);
  }

  void kill(String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** What the server has when it has stopped all its processes, and nothing changes any more. */
  ServerCensus censusAtRest(RemotePool client) throws PoolException {
    client.clear();
    await().atMost(SOON.toSeconds(), SECONDS).until(() -> client.count() == 0);
    return await()
        .atMost(SOON.toSeconds(), SECONDS)
        .until(
            () -> {
              ServerCensus first = ServerCensus.of(pid());
              Thread.sleep(200);
              return first.equals(ServerCensus.of(pid())) ? first : null;
            },
            census -> census != null && census.children() == 0);
  }

  /** Asserts that the server comes back to what it had. */
  void assertSameAs(ServerCensus before, RemotePool client) throws PoolException {
    client.clear();
    await().atMost(SOON.toSeconds(), SECONDS).until(() -> client.count() == 0);
    await()
        .atMost(SOON.toSeconds(), SECONDS)
        .untilAsserted(() -> assertThat(ServerCensus.of(pid())).isEqualTo(before));
  }

  /** Sends one request in a session that is closed then, and returns the response. */
  static String exchange(RemotePool client, Path app, String path) throws Exception {
    try (var session = client.get(AppSpec.ofRoot(app), SOON)) {
      byte[] variables =
          variables(
              Map.of(
                  "REQUEST_METHOD", "GET",
                  "SCRIPT_NAME", "",
                  "PATH_INFO", path,
                  "QUERY_STRING", "",
                  "SERVER_NAME", "localhost",
                  "SERVER_PORT", "80",
                  "SERVER_PROTOCOL", "HTTP/1.1"));
      session.output().write((variables.length + ":").getBytes(StandardCharsets.US_ASCII));
      session.output().write(variables);
      session.output().write(',');
      InputStream response = session.input();
      return new String(response.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] variables(Map<String, String> variables) {
    StringBuilder block = new StringBuilder("CONTENT_LENGTH\0" + "0\0SCGI\0" + "1\0");
    variables.forEach((name, value) -> block.append(name).append('\0').append(value).append('\0'));
    return block.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Waits for the end of the server, while the server socket is still held here. */
  int exitStatus(Duration within) throws Exception {
    handle.onExit().get(within.toMillis(), MILLISECONDS);
    return process.shutDown();
  }

  @Override
  public void close() {
    process.close();
  }
}
