package dev.carpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.carpool.api.PoolException;
import dev.carpool.backlog.AcceptQueues;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code carpool backlog} and {@code carpool mackerel} beside a queue of known length. */
class BacklogIT {

  @TempDir Path temp;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String listener = "";
  private ServerSocketChannel server;

  @BeforeEach
  void aListenerWithALimitOfTwo() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(temp.resolve("x.sock"));
    listener = "unix:" + address;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    open.add(server);
    server.bind(address, 2);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private void fill(int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      open.add(SocketChannel.open(UnixDomainSocketAddress.of(temp.resolve("x.sock"))));
    }
  }

  private int carpool(String... words) {
    out.reset();
    err.reset();
    RunningServer.Connector nobody =
        socket -> {
          throw new PoolException.Unavailable("nobody answers at " + socket);
        };
    return new Carpool(nobody, new PrintStream(out, true), new PrintStream(err, true)).run(words);
  }

  private String row() {
    return out.toString(UTF_8)
        .lines()
        .filter(line -> line.startsWith(listener))
        .map(line -> line.replaceAll(" +", " "))
        .reduce("", String::concat);
  }

  @Test
  void aQueueIsShownAmongAllAndByItsName() throws Exception {
    fill(3);

    assertThat(carpool("backlog", listener)).isZero();
    assertThat(row())
        .startsWith(listener + " 3 2 100% - - - java (" + ProcessHandle.current().pid());
    assertThat(out.toString(UTF_8).lines()).hasSize(4); // headings, it, nothing, counters

    assertThat(carpool("backlog")).isZero();
    assertThat(row()).startsWith(listener + " 3 2 100%");
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void aCheckFailsAboveItsPercentageAndNamesTheListener() throws Exception {
    fill(2);
    assertThat(carpool("backlog", "--fail-above", "66%", listener)).isZero();
    assertThat(carpool("backlog", "--fail-above", "65%", listener)).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .isEqualTo("carpool: " + listener + " is 66% full (2 waiting, limit 2), above 65%\n");
  }

  @Test
  void aListenerThatIsNotThereIsSaidAndTheOthersAreShown() {
    assertThat(carpool("backlog", "unix:/no/such.sock", listener)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).isEqualTo("carpool: nobody listens on unix:/no/such.sock\n");
    assertThat(row()).startsWith(listener + " 0 2 0%");
    assertThat(out.toString(UTF_8)).contains("unix:/no/such.sock");
  }

  @Test
  void wordsThatMakeNoSenseAreRefusedBeforeAnythingIsLookedAt() {
    assertThat(carpool("backlog", "/run/x.sock")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("write unix:/run/x.sock").contains("backlog --help");
    assertThat(carpool("backlog", "--fail-above", "much")).isEqualTo(2);
    assertThat(carpool("backlog", "--sample", "50ms")).isEqualTo(2);
    assertThat(carpool("backlog", "--watch", "--sample", "2s")).isEqualTo(2);
    assertThat(carpool("mackerel", "--listener", "80")).isEqualTo(2);
    assertThat(out.size()).isZero();
  }

  @Test
  void mackerelGetsTheNamedListenersAlsoWithoutAServer() throws Exception {
    fill(3);
    assertThat(
            carpool("mackerel", "--listener", listener, "--listener=tcp:1", "--runtime-dir", "/no"))
        .isEqualTo(1);
    String key = MackerelValues.key(listener);
    assertThat(out.toString(UTF_8).lines().map(line -> line.replaceFirst("\t\\d+$", "")))
        .containsExactly(
            "carpool.backlog." + key + ".waiting\t3",
            "carpool.backlog." + key + ".limit\t2",
            "carpool.backlog_full." + key + ".percent\t100");
    assertThat(err.toString(UTF_8)).contains("/no/admin.sock").contains("nobody listens on tcp:1");
  }

  @Test
  void watchingShowsPeaksAndEndsWithControlC() throws Exception {
    fill(1);
    Process watch =
        command(
                System.getProperty("java.class.path", ""),
                "backlog",
                "--watch",
                "--json",
                "--sample",
                "10ms",
                listener,
                "unix:/no/such.sock")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    open.add(watch::destroyForcibly);
    BufferedReader lines = watch.inputReader(UTF_8);
    assertThat(seen(lines.readLine()).get("peak").getAsInt()).isEqualTo(1);

    fill(2);
    Thread.sleep(200); // twenty looks
    for (int i = 0; i < 3; i++) {
      open.add(server.accept());
    }
    JsonObject second = seen(lines.readLine());
    assertThat(second.get("peak").getAsInt()).isEqualTo(3);
    assertThat(second.get("waiting").getAsInt()).isZero();
    assertThat(second.get("limit").getAsInt()).isEqualTo(2);

    new ProcessBuilder("kill", "-INT", "" + watch.pid()).start().waitFor();
    assertThat(watch.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(watch.exitValue()).isZero();
  }

  private static JsonObject seen(String line) {
    JsonObject json = JsonParser.parseString(line).getAsJsonObject();
    assertThat(json.getAsJsonArray("gone").toString()).isEqualTo("[\"unix:/no/such.sock\"]");
    return json.getAsJsonArray("listeners").get(0).getAsJsonObject();
  }

  @Test
  void watchingEndsWithOneAsSoonAsAListenerIsAboveThePercentage() throws Exception {
    Process watch =
        command(
                System.getProperty("java.class.path", ""),
                "backlog",
                "--watch",
                "--fail-above",
                "80",
                listener)
            .start();
    open.add(watch::destroyForcibly);
    watch.inputReader(UTF_8).readLine();
    fill(3);

    assertThat(watch.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(watch.exitValue()).isEqualTo(1);
    assertThat(new String(watch.getErrorStream().readAllBytes(), UTF_8))
        .contains(listener + " is 100% full (3 waiting, limit 2), above 80%");
  }

  @Test
  void anyUserSeesTheQueuesOfOthersButNotTheirOwners() throws Exception {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")));
    fill(3);
    Path jars = readableByAll();
    try {
      ProcessBuilder command = command(jars + "/*", "backlog", listener);
      command
          .command()
          .addAll(0, List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
      Process nobody = command.redirectErrorStream(true).directory(new File("/")).start();
      String said;
      try (InputStream output = nobody.getInputStream()) {
        said = new String(output.readAllBytes(), UTF_8);
      }

      assertThat(said.replaceAll(" +", " ")).contains("\n" + listener + " 3 2 100% - - - -\n");
      assertThat(nobody.waitFor()).isZero();
    } finally {
      delete(jars);
    }
  }

  @Test
  void aSandboxWithoutNetlinkIsNamedWithWhatItHasToAllow() throws Exception {
    ProcessBuilder command =
        command(System.getProperty("java.class.path", ""), "backlog", listener);
    command.command().addAll(0, List.of("python3", "src/test/sandbox/without_netlink.py"));
    Process sandboxed = command.start();

    assertThat(sandboxed.waitFor()).isEqualTo(1);
    assertThat(new String(sandboxed.getErrorStream().readAllBytes(), UTF_8))
        .startsWith("carpool: ")
        .contains("may not open a netlink socket (EAFNOSUPPORT)")
        .contains("allow AF_NETLINK");
  }

  /** The classes of this run where each user may read them. */
  private static Path readableByAll() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("carpool-jars");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (Class<?> each :
        List.of(Carpool.class, AcceptQueues.class, ImmutableList.class, Gson.class)) {
      Path path =
          Path.of(URI.create(each.getProtectionDomain().getCodeSource().getLocation() + ""));
      Path jar = folder.resolve(each.getSimpleName() + ".jar");
      if (Files.isDirectory(path)) {
        jar(path, jar);
      } else {
        Files.copy(path, jar);
      }
    }
    return folder;
  }

  private static void jar(Path classes, Path jar) throws IOException, InterruptedException {
    Path tool = Path.of(System.getProperty("java.home", ""), "bin", "jar");
    Process process =
        new ProcessBuilder(tool.toString(), "-c", "-f", jar + "", "-C", classes + "", ".")
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(folder);
  }

  private static ProcessBuilder command(String classPath, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classPath, Carpool.class.getName()));
    command.addAll(List.of(words));
    return new ProcessBuilder(command);
  }
}
