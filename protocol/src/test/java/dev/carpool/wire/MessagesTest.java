package dev.carpool.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.Histogram;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolException.BadRequest;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.SpawnMethod;
import dev.carpool.api.SpawnReport;
import dev.carpool.wire.proto.Error;
import dev.carpool.wire.proto.Error.Code;
import dev.carpool.wire.proto.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessagesTest {

  private static final SpawnReport REPORT =
      new SpawnReport(
          "r-1",
          "blog",
          Instant.ofEpochMilli(1_700_000_000_123L),
          "it exited",
          "read its output",
          List.of("python3", "serve.py"),
          List.of(
              new SpawnReport.Step("exec", Duration.ofNanos(1_234_000)),
              new SpawnReport.Step("import", Duration.ofSeconds(2))),
          List.of("Traceback", "SyntaxError"));

  @Nested
  class Applications {

    private static dev.carpool.wire.proto.AppSpec.Builder message() {
      return dev.carpool.wire.proto.AppSpec.newBuilder().setRoot("/srv/nothing-here");
    }

    @Test
    void aSpecArrivesAsItWasSent() throws Exception {
      AppSpec app =
          AppSpec.ofRoot(Path.of("/srv/nothing-here"))
              .withKind(AppKind.WSGI)
              .withEntry("wsgi:application")
              .withCommand(ImmutableList.of("python3", "-u"))
              .withEnv(ImmutableMap.of("MODE", "a=b"))
              .withSpawn(SpawnMethod.DIRECT)
              .withMin(2)
              .withConcurrency(3)
              .withStartTimeout(Duration.ofSeconds(7))
              .withLimits(
                  new AppLimits(
                      100,
                      Duration.ofSeconds(30),
                      Duration.ofSeconds(5),
                      1 << 28,
                      1 << 29,
                      4,
                      Duration.ZERO));
      assertThat(AppMessages.fromMessage(AppMessages.toMessage(app))).isEqualTo(app);
    }

    @Test
    void aRootAloneIsEnough() throws Exception {
      AppSpec app = AppMessages.fromMessage(message().build());
      assertThat(app).isEqualTo(AppSpec.ofRoot(Path.of("/srv/nothing-here")));
    }

    @Test
    void anEmptyRootIsRefused() {
      assertRefused(message().setRoot(""), "an application needs a root");
    }

    @Test
    void aRelativeRootIsRefused() {
      assertRefused(message().setRoot("srv/blog"), "root 'srv/blog' is not an absolute path");
    }

    @Test
    void aRootWithANulIsRefused() {
      assertRefused(message().setRoot("/srv/\0"), "root is not a path: Nul character");
    }

    @Test
    void anUnknownKindNamesTheKnownOnes() {
      assertRefused(
          message().setKind("cobol"),
          "kind 'cobol' is unknown; known are auto, wsgi, rack, cgi, php, http, psgi, node, helper");
    }

    @Test
    void aMinimumBeyondCountingIsRefused() {
      assertRefused(message().setMin(-1), "min is 4294967295, but cannot be more than 2147483647");
    }

    @Test
    void namesAndWordsThatNoProgramCanBeGivenAreRefused() {
      assertRefused(message().putEnv("A=B", "x"), "'A=B' cannot be the name");
      assertRefused(message().putEnv("", "x"), "'' cannot be the name");
      assertRefused(message().putEnv("A", "x\0"), "environment variable A contains a NUL");
      assertRefused(message().addCommand("py\0"), "a word of the command contains a NUL");
    }

    private static void assertRefused(dev.carpool.wire.proto.AppSpec.Builder message, String text) {
      assertThatThrownBy(() -> AppMessages.fromMessage(message.build()))
          .isInstanceOf(BadRequest.class)
          .hasMessageContaining(text);
    }
  }

  @Nested
  class States {

    @Test
    void aStatusArrivesAsItWasSent() {
      PoolStatus status =
          new PoolStatus(
              "0.1",
              4_000_000,
              PoolLimits.DEFAULT,
              3,
              2,
              1,
              5,
              1,
              Duration.ofMillis(1500),
              true,
              new PoolStatus.Unserved(1, 2, 3, 4, 5, 6, 1L << 40),
              activity(),
              List.of(
                  new PoolStatus.Listener("unix:/run/blog.sock", "blog", 1, 2, 3, -1),
                  new PoolStatus.Listener("tcp:0.0.0.0:80", "", 4, 511, 12, 1L << 40)),
              List.of(
                  new PoolStatus.App(
                      "blog",
                      "/srv/blog",
                      4,
                      6,
                      Duration.ofSeconds(8),
                      new PoolStatus.Unserved(7, 6, 5, 4, 3, 2, 1),
                      PoolStatus.Activity.NONE,
                      List.of(
                          new PoolStatus.Process(
                              77,
                              "busy",
                              "why",
                              4,
                              2,
                              1,
                              99,
                              Duration.ofMinutes(3),
                              Duration.ofMillis(1),
                              Duration.ofMillis(1500))),
                      new PoolStatus.Failure("f", Instant.ofEpochMilli(12345), "broke", 3)),
                  new PoolStatus.App(
                      "wiki",
                      "/srv/wiki",
                      1,
                      0,
                      Duration.ZERO,
                      PoolStatus.Unserved.NONE,
                      PoolStatus.Activity.NONE,
                      List.of(),
                      null)));
      assertThat(StatusMessages.fromMessage(StatusMessages.toMessage(status))).isEqualTo(status);
    }

    private static PoolStatus.Activity activity() {
      List<Long> counts = LongStream.range(1, Histogram.BOUNDS.size() + 2).boxed().toList();
      Histogram some = new Histogram(counts, 12.5);
      return new PoolStatus.Activity(
          9, 1, 2, 6, some, Histogram.EMPTY, some, Map.of("died", 3L, "idle", 1L << 40));
    }

    @Test
    void runningRequestsArriveAsTheyWereSent() {
      List<RunningRequest> running =
          List.of(
              new RunningRequest("blog", 4711, 1L << 40, Duration.ofMillis(61_234), "GET /a"),
              new RunningRequest("wiki", 4712, 3, Duration.ZERO, ""));
      assertThat(ActivityMessages.fromMessage(ActivityMessages.toMessage(running)))
          .isEqualTo(running);
    }

    @Test
    void durationsInOtherBucketsAreLeftOut() {
      Status.Activity other =
          Status.Activity.newBuilder()
              .setWaits(
                  Status.Histogram.newBuilder().addCounts(1).addCounts(2).addBounds(7).build())
              .build();
      assertThat(ActivityMessages.fromMessage(other).waits()).isEqualTo(Histogram.EMPTY);
    }

    @Test
    void aServerThatDoesNotCountIsReadAsOneThatRefusedNobody() {
      Status old =
          Status.newBuilder()
              .setLimits(Status.Limits.newBuilder().setMax(6).setMaxSpawning(4))
              .addApps(Status.App.newBuilder())
              .build();
      PoolStatus read = StatusMessages.fromMessage(old);
      assertThat(read.unserved()).isEqualTo(PoolStatus.Unserved.NONE);
      assertThat(read.activity()).isEqualTo(PoolStatus.Activity.NONE);
      assertThat(read.apps().getFirst().unserved()).isEqualTo(PoolStatus.Unserved.NONE);
    }

    @Test
    void aReceiptArrivesAsItWasSent() {
      Receipt receipt = new Receipt("max", "6", "3", 5, 2);
      assertThat(StatusMessages.fromMessage(StatusMessages.toMessage(receipt))).isEqualTo(receipt);
    }
  }

  @Nested
  class Errors {

    @Test
    void everyReasonArrivesAsItself() {
      Duration soon = Duration.ofSeconds(3);
      for (PoolException reason :
          List.of(
              new PoolException.SpawnFailed(REPORT, soon),
              new PoolException.QueueFull("full", soon),
              new PoolException.QueueTimeout("late", soon),
              new PoolException.ShuttingDown(),
              new PoolException.BadRequest("bad"),
              new PoolException.NotFound("none"),
              new PoolException.Denied("no"))) {
        PoolException arrived =
            ErrorMessages.fromMessage(ErrorMessages.toMessage(reason, SpawnReport::toText));
        assertThat(arrived).hasSameClassAs(reason).hasMessage(reason.getMessage());
        assertThat(arrived.retryAfter()).isEqualTo(reason.retryAfter());
      }
    }

    @Test
    void aFailedStartBringsItsReportAndAPage() {
      Error error =
          ErrorMessages.toMessage(
              new PoolException.SpawnFailed(REPORT, Duration.ZERO), report -> "<p>" + report.id());
      assertThat(error.getHtml()).isEqualTo("<p>r-1");
      assertThat(((PoolException.SpawnFailed) ErrorMessages.fromMessage(error)).report())
          .isEqualTo(REPORT);
    }

    @ParameterizedTest
    @EnumSource(names = "UNRECOGNIZED", mode = EnumSource.Mode.EXCLUDE)
    void everyCodeBecomesAReasonWithWords(Code code) {
      assertThat(ErrorMessages.fromMessage(ErrorMessages.toMessage(code, "some words")))
          .isNotNull();
    }

    @Test
    void aCodeOfALaterVersionIsAReasonToo() {
      Error later = Error.newBuilder().setCodeValue(99).setMessage("new").build();
      assertThat(ErrorMessages.fromMessage(later))
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessage("new");
    }
  }

  @Nested
  class Numbers {

    @Test
    void whatIsNoIntIsRefusedByName() throws Exception {
      assertThat(Quantities.number("max", -1)).isEqualTo(-1);
      assertThatThrownBy(() -> Quantities.number("max", 5_000_000_000L))
          .isInstanceOf(BadRequest.class)
          .hasMessageContaining("max is 5000000000, but must be between");
    }

    @Test
    void shortTimesAreNotRoundedToNothingAndLongOnesFit() {
      assertThat(Quantities.millis(Duration.ofNanos(1))).isEqualTo(1);
      assertThat(Quantities.millis(Duration.ZERO)).isZero();
      assertThat(Quantities.millis(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
      assertThat(Quantities.unsignedMillis(-1)).isEqualTo(Duration.ofMillis(Long.MAX_VALUE));
    }
  }
}
