package dev.carpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonParser;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.ListenerAddress;
import dev.carpool.backlog.ListenerName;
import dev.carpool.backlog.OverflowCounters;
import dev.carpool.backlog.Owners;
import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BacklogPagesTest {

  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  private static final BacklogView.Line PHP =
      new BacklogView.Line(
          new AcceptQueue(new ListenerAddress.Unix("/run/php-fpm.sock", 0), 71, 3, 2, -1, -1),
          AcceptQueue.UNKNOWN,
          new Owners.Owner(812, "php-fpm8.2"));

  private static final BacklogView.Line WEB =
      new BacklogView.Line(
          new AcceptQueue(
              new ListenerAddress.Tcp(InetAddress.ofLiteral("::"), 80), 72, 10, 511, 4, 17),
          300,
          null);

  private static BacklogView view(@Nullable OverflowCounters before) {
    return new BacklogView(
        NOON,
        ImmutableList.of(PHP, WEB),
        ImmutableList.of(ListenerName.parse("tcp:81")),
        ImmutableList.of("the kernel cannot list this"),
        new OverflowCounters(30, 35),
        before);
  }

  @Test
  void aTableHasNamesAtTheLeftAndNumbersUnderEachOther() {
    assertThat(BacklogTable.of(view(null)))
        .isEqualTo(
            """
            LISTENER                WAITING  LIMIT  FULL  PEAK  SYN  DROPS  OWNER
            unix:/run/php-fpm.sock        3      2  100%     -    -      -  php-fpm8.2 (812)
            tcp:[::]:80                  10    511    1%   300    4     17  -
            tcp:81                        -      -     -     -    -      -  nobody

            TCP, all listeners: queue full 30 times, dropped 35
            """);
  }

  @Test
  void aTableSaysWhatWasTurnedAwaySinceTheWatchingBegan() {
    assertThat(BacklogTable.of(view(new OverflowCounters(28, 35))))
        .endsWith("queue full 30 times (2 since watching), dropped 35 (0 since watching)\n");
  }

  @Test
  void jsonIsOneLineWithTheDocumentedFields() {
    String json = BacklogJson.of(view(null));

    assertThat(json).doesNotContain("\n");
    assertThat(JsonParser.parseString(json))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"at": "2026-11-22T12:00:00Z",
                 "listeners": [
                   {"listener": "unix:/run/php-fpm.sock", "inode": 71, "waiting": 3, "limit": 2,
                    "capacity": 3, "full_percent": 100, "peak": null, "syn_queue": null,
                    "drops": null, "owner": {"pid": 812, "program": "php-fpm8.2"}},
                   {"listener": "tcp:[::]:80", "inode": 72, "waiting": 10, "limit": 511,
                    "capacity": 512, "full_percent": 1, "peak": 300, "syn_queue": 4,
                    "drops": 17, "owner": null}],
                 "gone": ["tcp:81"],
                 "unseen": ["the kernel cannot list this"],
                 "listen_overflows": 30,
                 "listen_drops": 35}
                """));
  }

  @Test
  void aListenerIsAboveAPercentageAlsoWhenOnlyItsPeakWas() {
    assertThat(view(null).above(58)).containsExactly(PHP);
    assertThat(view(null).above(57)).containsExactly(PHP, WEB);
    assertThat(view(null).above(100)).isEmpty();
  }
}
