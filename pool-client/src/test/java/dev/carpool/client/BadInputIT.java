package dev.carpool.client;

import static dev.carpool.client.ServerUnderTest.ECHO;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.carpool.channel.ChildStandardStream;
import dev.carpool.wire.Frame;
import dev.carpool.wire.proto.Error;
import dev.carpool.wire.proto.Get;
import dev.carpool.wire.proto.GetCount;
import dev.carpool.wire.proto.GetStatus;
import dev.carpool.wire.proto.Hello;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.SetMax;
import dev.carpool.wire.proto.SetMaxIdleTime;
import dev.carpool.wire.proto.Stop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever breaks the rules gets one clear error or loses a connection, and nobody else notices. */
class BadInputIT {

  private static ServerUnderTest server;
  private static Bystander bystander;
  private static ServerCensus before;

  @BeforeAll
  static void aServerWithAClientThatKeepsToTheRules() throws Exception {
    server = ServerUnderTest.start("--max", "3");
    try (RemotePool first = server.connect()) {
      ServerUnderTest.exchange(first, ECHO, "/warm-up");
      before = server.censusAtRest(first); // with one client, as at the end
    }
    bystander = new Bystander(server);
  }

  @AfterAll
  static void nobodyElseNoticedAndNothingWasLeftBehind() throws Exception {
    bystander.assertUnharmed();
    RemotePool client = bystander.client();
    await().until(() -> client.active() == 0);
    assertThat(client.status().limits().max()).isEqualTo(3);
    server.assertSameAs(before, client);
    System.out.println("after bad input: " + ServerCensus.of(server.pid()));
    bystander.close();
    assertThat(server.process().shutDown()).isZero();
  }

  @Nested
  class Framing {

    @Test
    void aFrameOfTwoGibibytesIsRefusedBeforeItIsRead() throws Exception {
      try (WireClient client = WireClient.greeted(server)) {
        client.write((byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x08);
        assertHungUpOn(client, "a frame of 2147483648 bytes", "at most 1048576 (1 MiB)");
      }
    }

    @Test
    void aNegativeLengthIsRefused() throws Exception {
      try (WireClient client = WireClient.greeted(server)) {
        byte[] minusOne = new byte[10];
        Arrays.fill(minusOne, (byte) 0xff);
        minusOne[9] = 1;
        client.write(minusOne);
        assertHungUpOn(client, "not a varint of at most 5 bytes", "negative length");
      }
    }

    @Test
    void aLineOfHttpIsRefused() throws Exception {
      try (WireClient client = WireClient.silent(server)) {
        client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(10).getBytes(ISO_8859_1));
        assertHungUpOn(client, "holds no valid message");
      }
    }

    @Test
    void garbageEndsTheConnectionsThatItCameOn() throws Exception {
      Random random = new Random(20261121);
      List<WireClient> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        WireClient client = WireClient.greeted(server);
        clients.add(client);
        byte[] garbage = new byte[1 + random.nextInt(4000)];
        random.nextBytes(garbage);
        garbage[0] |= (byte) 0x80; // a length of two bytes at least, so not a row of empty frames
        writeWhatIsTaken(client, garbage);
      }
      for (WireClient client : clients) {
        try (client) {
          assertHungUpOn(client, "");
        }
      }
    }

    @Test
    void sixtyFourDescriptorsSentAlongAreDropped() throws Exception {
      try (WireClient client = WireClient.silent(server)) {
        Process sender =
            new ProcessBuilder(
                    "python3",
                    "-c",
                    "import socket; s = socket.socket(fileno=0);"
                        + " socket.send_fds(s, [bytes.fromhex('"
                        + HexFormat.of().formatHex(Frame.of(WireClient.HELLO))
                        + "')], [0] * 64)")
                .redirectErrorStream(true)
                .redirectInput(ChildStandardStream.of(client.connection()))
                .start();
        assertThat(new String(sender.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .isEmpty();
        assertThat(client.receive()).isNotNull().extracting(Reply::hasWelcome).isEqualTo(true);
        assertThat(client.ask(GET_COUNT).hasNumber()).isTrue();
        assertThat(sockets(ServerCensus.of(server.pid()))).isLessThan(sockets(before) + 32);
      }
    }
  }

  @Nested
  class Silence {

    @Test
    void aClientThatFallsSilentIsHungUpOnAfterFiveSeconds() throws Exception {
      long started = System.nanoTime();
      try (WireClient noHello = WireClient.silent(server);
          WireClient halfAFrame = WireClient.greeted(server);
          WireClient halfALength = WireClient.greeted(server)) {
        halfAFrame.write((byte) 100, (byte) 8);
        halfALength.write((byte) 0x80);

        assertHungUpOn(noHello, "no message came within 5 seconds");
        assertHungUpOn(halfAFrame, "half a frame: 2 bytes");
        assertHungUpOn(halfALength, "half a frame: 1 bytes");
      }
      assertThat((System.nanoTime() - started) / 1e9).isBetween(4.5, 9.0);
    }

    @Test
    void connectionsThatNobodyTookDoNotKeepTheNextClientOut() throws Exception {
      try (Arena arena = Arena.ofConfined()) {
        var wakeUp = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 'w');
        for (int i = 0; i < 200; i++) {
          server.process().socket().descriptor().send(wakeUp, null);
        }
      }
      Thread.sleep(6_000); // until the server has given up waiting for 200 times Hello

      long started = System.nanoTime();
      try (RemotePool next = server.connect()) {
        assertThat(next.count()).isPositive();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void aClientThatNeverReadsIsHungUpOnWithoutCostingMemory() throws Exception {
      long before = residentKibibytes();
      try (WireClient client = WireClient.greeted(server)) {
        Request status = request().setGetStatus(GetStatus.getDefaultInstance()).build();
        assertThat(catchWrites(client, status, 100_000))
            .as("requests taken until the server hung up")
            .isBetween(1_000, 20_000);
      }
      await()
          .untilAsserted(
              () -> assertThat(String.join("\n", server.log())).contains("the peer does not read"));
      assertThat(residentKibibytes() - before).isLessThan(48 * 1024);
    }
  }

  @Nested
  class Messages {

    @Test
    void whoDoesNotSayHelloFirstIsToldSo() throws Exception {
      try (WireClient client = WireClient.silent(server)) {
        client.send(GET_COUNT);
        assertHungUpOn(client, "The first message has to be Hello");
      }
    }

    @Test
    void aVersionOfTheFutureIsToldWhatIsSpokenHere() throws Exception {
      try (WireClient client = WireClient.silent(server)) {
        client.send(request().setHello(Hello.newBuilder().setVersion(99)).build());
        assertHungUpOn(client, "version 1 of the protocol, not 99");
      }
    }

    @Test
    void anUnknownCommandIsAnsweredAndTheTalkGoesOn() throws Exception {
      UnknownFieldSet.Field empty =
          UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build();
      assertRefused(
          request().setUnknownFields(UnknownFieldSet.newBuilder().addField(99, empty).build()),
          Error.Code.UNIMPLEMENTED,
          "no such command");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1L << 40, Long.MIN_VALUE})
    void aLimitThatIsNoneIsRefused(long max) throws Exception {
      assertRefused(
          request().setSetMax(SetMax.newBuilder().setMax(max)),
          Error.Code.BAD_REQUEST,
          "max is " + max);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void anIdleTimeBelowZeroIsRefused(long millis) throws Exception {
      assertRefused(
          request().setSetMaxIdleTime(SetMaxIdleTime.newBuilder().setMillis(millis)),
          Error.Code.BAD_REQUEST,
          "max_idle_time");
    }

    @Test
    void aGetForNoApplicationIsRefused() throws Exception {
      assertRefused(
          request().setGet(Get.getDefaultInstance()),
          Error.Code.BAD_REQUEST,
          "Get names no application");
    }

    @Test
    void aGetForAnUnknownApplicationIsRefused() throws Exception {
      assertRefused(
          request().setGet(Get.newBuilder().setName("nobody")),
          Error.Code.NOT_FOUND,
          "no application 'nobody'");
    }

    @Test
    void onlyTheAdminSocketStopsTheServer() throws Exception {
      assertRefused(
          request().setStop(Stop.getDefaultInstance()), Error.Code.DENIED, "admin socket");
    }
  }

  private static final Request GET_COUNT =
      request().setGetCount(GetCount.getDefaultInstance()).build();

  private static Request.Builder request() {
    return Request.newBuilder().setId(7);
  }

  /** The error is the answer to that request, and the connection can still be used. */
  private static void assertRefused(Request.Builder request, Error.Code code, String text)
      throws IOException {
    try (WireClient client = WireClient.greeted(server)) {
      Reply reply = client.ask(request.build());
      assertThat(reply.getId()).isEqualTo(7);
      assertThat(reply.getError().getCode()).isEqualTo(code);
      assertThat(reply.getError().getMessage()).contains(text);
      assertThat(client.ask(GET_COUNT).hasNumber()).isTrue();
    }
  }

  /** The server says why, and nothing after it. */
  private static void assertHungUpOn(WireClient client, String... why) throws IOException {
    Reply reply = client.receive();
    assertThat(reply).isNotNull();
    assertThat(reply.getError().getCode()).isEqualTo(Error.Code.BAD_REQUEST);
    assertThat(reply.getError().getMessage()).contains(why);
    assertThat(client.receive()).isNull();
  }

  private static long sockets(ServerCensus census) {
    return census.descriptors().getOrDefault("socket", 0L);
  }

  private static void writeWhatIsTaken(WireClient client, byte[] bytes) {
    try {
      client.write(bytes);
    } catch (IOException e) {
      // Hung up on before all of it was written.
    }
  }

  private static int catchWrites(WireClient client, Request request, int times) {
    for (int i = 0; i < times; i++) {
      try {
        client.send(request);
      } catch (IOException e) {
        return i;
      }
    }
    return times;
  }

  private static long residentKibibytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + server.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("the server is gone");
  }
}
