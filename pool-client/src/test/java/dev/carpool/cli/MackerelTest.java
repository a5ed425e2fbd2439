package dev.carpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.ListenerAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MackerelTest {

  private static final Instant AT = Instant.ofEpochSecond(1_795_000_000, 999);

  private final MackerelValues values = new MackerelValues(AT);

  private static PoolStatus.Process process(String state, int concurrency, int sessions) {
    return new PoolStatus.Process(
        7, state, "", 1, concurrency, sessions, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO);
  }

  private static PoolStatus status() {
    PoolStatus.App app =
        new PoolStatus.App(
            "blog",
            "/srv/blog",
            1,
            2,
            Duration.ZERO,
            PoolStatus.Unserved.NONE,
            PoolStatus.Activity.NONE,
            List.of(process("busy", 4, 3), process("idle", 4, 0), process("draining", 1, 1)),
            null);
    return new PoolStatus(
        "0.1.0",
        4711,
        PoolLimits.DEFAULT,
        3,
        2,
        1,
        2,
        1,
        Duration.ofMillis(1234),
        false,
        new PoolStatus.Unserved(132, 3, 0, 0, 0, 5, 1),
        PoolStatus.Activity.NONE,
        List.of(
            new PoolStatus.Listener("unix:/run/blog.sock", "blog", 3, 2, 3, -1),
            new PoolStatus.Listener("tcp:[::]:80", "", 1, 511, 9, 0)),
        List.of(app));
  }

  private String value(String name) {
    return values
        .toString()
        .lines()
        .map(line -> line.split("\t"))
        .filter(words -> words[0].equals("carpool." + name))
        .map(words -> words[1])
        .reduce("", String::concat);
  }

  @Test
  void aValueIsNameTabValueTabEpoch() {
    values.pool(status());
    values.listeners(status().listeners());

    assertThat(values.toString().lines())
        .isNotEmpty()
        .allMatch(line -> line.matches("carpool(\\.[-a-zA-Z0-9_]+)+\t[0-9.]+\t1795000000"));
  }

  @Test
  void valuesOfThePoolAreThoseOfItsStatus() {
    values.pool(status());

    assertThat(value("processes.busy")).isEqualTo("1");
    assertThat(value("processes.stopping")).isEqualTo("0");
    assertThat(value("places.busy")).isEqualTo("4");
    assertThat(value("places.all")).as("of those that serve").isEqualTo("8");
    assertThat(value("waiting.waiting")).isEqualTo("2");
    assertThat(value("waiting.expecting")).isEqualTo("1");
    assertThat(value("oldest_wait.seconds")).isEqualTo("1.234");
    assertThat(value("refused.queue_full")).isEqualTo("132");
    assertThat(value("unserved.lost")).isEqualTo("1");
  }

  @Test
  void theSocketsOfOneNameAreAddedUpAndTheFullestCounts() {
    values.listener(
        "tcp:80",
        List.of(
            new AcceptQueue(
                new ListenerAddress.Tcp(InetAddress.ofLiteral("::"), 80), 1, 3, 2, 0, 0),
            new AcceptQueue(
                new ListenerAddress.Tcp(InetAddress.ofLiteral("0.0.0.0"), 80), 2, 1, 9, 0, 0)));

    assertThat(value("backlog.tcp_80.waiting")).isEqualTo("4");
    assertThat(value("backlog.tcp_80.limit")).isEqualTo("11");
    assertThat(value("backlog_full.tcp_80.percent")).isEqualTo("100");
  }

  @Test
  void aListenerThatTheServerWatchesAndSomebodyNamesIsSaidOnce() {
    values.listeners(status().listeners());
    values.listener(
        "unix:/run/blog.sock",
        List.of(new AcceptQueue(new ListenerAddress.Unix("/run/blog.sock", 0), 1, 9, 9, 0, 0)));

    assertThat(value("backlog.unix_run_blog_sock.waiting")).isEqualTo("3");
  }

  @Test
  void namesHaveOnlyWhatMackerelTakes() {
    assertThat(MackerelValues.key("unix:/run/php8.2-fpm.sock"))
        .isEqualTo("unix_run_php8_2-fpm_sock");
    assertThat(MackerelValues.key("tcp:[::1]:80")).isEqualTo("tcp_1_80");
    assertThat(MackerelValues.key("tcp:[::]:80")).isEqualTo("tcp_80");
  }

  @Test
  void eachValueHasItsPlaceInAGraphAndNoGraphIsEmpty() {
    values.pool(status());
    values.listeners(status().listeners());

    assertThat(MackerelGraphs.definitions()).startsWith("# mackerel-agent-plugin\n{");
    JsonObject graphs =
        JsonParser.parseString(MackerelGraphs.definitions().replaceFirst("# .*\n", ""))
            .getAsJsonObject()
            .getAsJsonObject("graphs");
    Set<String> places = new TreeSet<>();
    for (Map.Entry<String, JsonElement> graph : graphs.entrySet()) {
      JsonObject definition = graph.getValue().getAsJsonObject();
      assertThat(definition.get("unit").getAsString()).isIn("integer", "seconds", "percentage");
      for (JsonElement metric : definition.getAsJsonArray("metrics")) {
        places.add(graph.getKey() + "." + metric.getAsJsonObject().get("name").getAsString());
      }
    }
    Set<String> said = new TreeSet<>();
    values
        .toString()
        .lines()
        .map(line -> line.replaceFirst("\t.*", ""))
        .map(name -> name.replaceFirst("^(carpool\\.backlog(_full)?)\\.[^.]+", "$1.#"))
        .forEach(said::add);
    assertThat(said).isEqualTo(places);
  }
}
