package dev.carpool.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.carpool.api.Histogram;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** docs/json.md names every field. */
class JsonPageTest {

  private static final Path PAGE = Path.of("../docs/json.md");

  @Test
  void eachFieldOfTheStatusIsOnThePage() throws IOException {
    assertThat(onThePage()).containsAll(fields(JsonParser.parseString(StatusJson.of(status()))));
  }

  @Test
  void eachFieldOfARunningRequestIsOnThePage() throws IOException {
    RunningRequest request = new RunningRequest("blog", 17, 3, Duration.ZERO, "GET /");
    String json = RequestsJson.of(List.of(request));
    assertThat(onThePage()).containsAll(fields(JsonParser.parseString(json)));
  }

  @Test
  void eachFieldForScalersIsOnThePage() throws IOException {
    assertThat(onThePage()).containsAll(fields(JsonParser.parseString(ScaleJson.of(status()))));
  }

  private static List<String> onThePage() throws IOException {
    String[] parts = Files.readString(PAGE).split("`", -1);
    return Arrays.stream(parts).filter(part -> part.matches("[a-z_]+")).distinct().toList();
  }

  private static Set<String> fields(JsonElement json) {
    Set<String> fields = new TreeSet<>();
    if (json.isJsonArray()) {
      json.getAsJsonArray().forEach(element -> fields.addAll(fields(element)));
    } else if (json.isJsonObject()) {
      fields.addAll(json.getAsJsonObject().keySet());
      json.getAsJsonObject().asMap().values().forEach(value -> fields.addAll(fields(value)));
    }
    return fields;
  }

  private static PoolStatus status() {
    PoolStatus.Activity activity =
        new PoolStatus.Activity(
            1, 0, 0, 1, Histogram.EMPTY, Histogram.EMPTY, Histogram.EMPTY, Map.of("died", 1L));
    PoolStatus.Process process =
        new PoolStatus.Process(
            17, "idle", "", 1, 1, 0, 1, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    PoolStatus.App app =
        new PoolStatus.App(
            "blog",
            "/srv/blog",
            1,
            0,
            Duration.ZERO,
            PoolStatus.Unserved.NONE,
            activity,
            List.of(process),
            new PoolStatus.Failure("f1", Instant.EPOCH, "broke", 1));
    return new PoolStatus(
        "1",
        1,
        PoolLimits.DEFAULT,
        1,
        0,
        1,
        0,
        0,
        Duration.ZERO,
        false,
        PoolStatus.Unserved.NONE,
        activity,
        List.of(new PoolStatus.Listener("tcp:0.0.0.0:80", "", 0, 511, 12, 7)),
        List.of(app));
  }
}
