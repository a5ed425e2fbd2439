package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application prints as fast as it can: it is not held up for long, the server's memory stays
 * what it is, and another application is served meanwhile.
 *
 * <p>{@code -Dcarpool.flood.mb=1000} makes it a gigabyte.
 */
@Tag("alone")
class FloodIT {

  private static final int MEGABYTES = Integer.getInteger("carpool.flood.mb", 64);

  @TempDir private Path directory;

  @Test
  void intoTheServersLog() throws Exception {
    flood("");
  }

  @Test
  void intoAFileOfTheApps() throws Exception {
    flood("log = \"loud.log\"");
    long lines = MEGABYTES * 1_000_000L / (640 * 100) * 640;
    try (var all = Files.lines(directory.resolve("loud.log"))) {
      assertThat(all.filter(line -> line.endsWith("x")).count()).isEqualTo(lines);
    }
  }

  private void flood(String keys) throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("carpool.toml"),
            """
            [app.quiet]
            root = "%1$s/plain"
            listen = ["http:127.0.0.1:0"]
            [app.loud]
            root = "%1$s/chatty"
            listen = ["http:127.0.0.1:0"]
            %2$s
            """
                .formatted(RunningServer.APPS, keys));
    try (RunningServer server = RunningServer.configured(config)) {
      URI loud = URI.create(place(server));
      get(server, loud.resolve("/"));
      latencies(server, new CompletableFuture<>(), 3000); // warms up
      long[] before = latencies(server, new CompletableFuture<>(), 1000);
      long memoryBefore = memory(server);

      long start = System.nanoTime();
      CompletableFuture<String> flood =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return get(server, loud.resolve("/flood?mb=" + MEGABYTES));
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      long[] meanwhile = latencies(server, flood, Integer.MAX_VALUE);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      long memoryAfter = memory(server);

      System.out.printf(
          "flood of %d MB %s: drained in %.2f s; VmRSS %d -> %d MB; another app's requests, median"
              + " / 99%% / most: before %s us, meanwhile (%d of them) %s us%n",
          MEGABYTES,
          keys.isEmpty() ? "into the server's log" : "into a file",
          Double.parseDouble(flood.join()),
          memoryBefore / 1024,
          memoryAfter / 1024,
          figures(before),
          meanwhile.length,
          figures(meanwhile));
      assertThat(took).isLessThan(Duration.ofMillis(5000L * Math.max(64, MEGABYTES) / 64));
      assertThat(memoryAfter - memoryBefore).as("KiB").isLessThan(64 << 10);
      assertThat(meanwhile[meanwhile.length * 99 / 100]).as("99% in us").isLessThan(100_000);
      if (keys.isEmpty()) {
        server.awaitLog("were dropped here");
        assertThat(server.log().length()).isLessThan((3 << 20) + ((int) took.toSeconds() << 19));
      }
    }
  }

  private static String place(RunningServer server) throws IOException {
    server.awaitLog("loud is served at ");
    Matcher place = Pattern.compile("loud is served at (\\S+)").matcher(server.log());
    assertThat(place.find()).isTrue();
    return place.group(1);
  }

  private static String get(RunningServer server, URI uri) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofMinutes(5));
    return server.send(request).body();
  }

  /** Requests one after the other until something is done; sorted, in microseconds. */
  private static long[] latencies(RunningServer server, CompletableFuture<?> until, int most)
      throws Exception {
    List<Long> taken = new ArrayList<>();
    while (!until.isDone() && taken.size() < most) {
      long start = System.nanoTime();
      server.get("/");
      taken.add((System.nanoTime() - start) / 1000);
    }
    long[] sorted = taken.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  private static String figures(long[] sorted) {
    int last = sorted.length - 1;
    return "%d / %d / %d".formatted(sorted[last / 2], sorted[last * 99 / 100], sorted[last]);
  }

  /** Resident memory in KiB. */
  private static long memory(RunningServer server) throws IOException {
    Matcher line =
        Pattern.compile("VmRSS:\\s+(\\d+) kB")
            .matcher(Files.readString(Path.of("/proc/" + server.pid() + "/status")));
    assertThat(line.find()).isTrue();
    return Long.parseLong(line.group(1));
  }
}
