package dev.carpool.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.Connection;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Pipe;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.wire.Frame;
import dev.carpool.wire.MalformedFrameException;
import dev.carpool.wire.proto.Error;
import dev.carpool.wire.proto.Get;
import dev.carpool.wire.proto.Number;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.SessionOpened;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MessageChannelTest {

  private static Census before;

  private EventLoop loop;
  private MessageChannel<Request, Reply> server;
  private MessageChannel<Reply, Request> client;

  @BeforeAll
  static void count() {
    before = Census.take();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  @BeforeEach
  void connect() throws IOException {
    loop = new EventLoop("test loop", (thread, error) -> error.printStackTrace());
    SocketPair pair = SocketPair.open();
    server =
        new MessageChannel<>(pair.ours(), Request.parser(), false, Duration.ofMillis(200), loop);
    client = MessageChannel.ofClient(pair.theirs());
  }

  @AfterEach
  void disconnect() {
    client.close();
    server.close();
    loop.close();
  }

  private static Request request(long id) {
    return Request.newBuilder().setId(id).build();
  }

  private static Reply opened(long id) {
    return Reply.newBuilder()
        .setId(id)
        .setSessionOpened(SessionOpened.getDefaultInstance())
        .build();
  }

  private static Reply number(long id) {
    return Reply.newBuilder().setId(id).setNumber(Number.newBuilder().setValue(id)).build();
  }

  private static void raw(Descriptor socket, byte... bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(bytes.length);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      socket.writeFully(memory);
    }
  }

  /** The write end of a pipe whose read end holds a number, so that each can be told apart. */
  private static Descriptor marked(int number) throws IOException {
    Pipe pipe = Pipe.open();
    try (Connection writer = new Connection(pipe.writeEnd())) {
      raw(pipe.writeEnd(), Integer.toString(number).getBytes(UTF_8));
      assertThat(writer.descriptor().isOpen()).isTrue();
    }
    return pipe.readEnd();
  }

  private static int mark(Descriptor descriptor) throws IOException {
    try (Connection reader = new Connection(descriptor)) {
      return Integer.parseInt(new String(reader.input().readAllBytes(), UTF_8));
    }
  }

  @Nested
  class Messages {

    @Test
    void goBothWays() throws Exception {
      assertThat(client.send(request(1))).isTrue();
      assertThat(server.receive()).isEqualTo(request(1));
      assertThat(server.send(number(1))).isTrue();
      assertThat(client.receive(Duration.ofSeconds(5))).isEqualTo(number(1));
    }

    @Test
    void ofTheGreatestLengthArrive() throws Exception {
      Reply longest =
          Reply.newBuilder()
              .setError(Error.newBuilder().setMessage("m".repeat(1 << 20).substring(20)))
              .build();
      CompletableFuture<@Nullable Reply> received = receiving();
      server.send(longest);
      assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(longest);
    }

    @Test
    void whichAreTooLongLeaveTheChannelUsable() throws Exception {
      Reply tooLong =
          Reply.newBuilder().setError(Error.newBuilder().setMessage("m".repeat(1 << 20))).build();
      Descriptor passed = marked(1);
      assertThatThrownBy(() -> server.send(tooLong, passed))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(passed.isOpen()).isFalse();
      server.send(number(2));
      assertThat(client.receive()).isEqualTo(number(2));
    }

    @Test
    void fromManyThreadsArriveWhole() throws Exception {
      Thread[] senders = new Thread[8];
      for (int t = 0; t < senders.length; t++) {
        int base = t * 10_000;
        senders[t] =
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 2000; i++) {
                        client.send(request(base + i));
                      }
                    });
      }
      long[] next = new long[senders.length];
      for (int i = 0; i < 8 * 2000; i++) {
        Request request = server.receive();
        assertThat(request).isNotNull();
        int sender = (int) (request.getId() / 10_000);
        assertThat(request.getId() % 10_000).isEqualTo(next[sender]++);
      }
    }
  }

  @Nested
  class Descriptors {

    @Test
    void comeWithTheirOwnMessageAmongMany() throws Exception {
      for (int i = 0; i < 60; i++) {
        if (i % 3 == 0) {
          server.send(opened(i), marked(i));
        } else {
          server.send(number(i));
        }
      }
      for (int i = 0; i < 60; i++) {
        Reply reply = client.receive();
        assertThat(reply).isNotNull();
        assertThat(reply.getId()).isEqualTo(i);
        if (reply.hasSessionOpened()) {
          assertThat(mark(client.takeDescriptor())).isEqualTo(i);
        }
      }
    }

    @Test
    void areClosedHereWhenTheyHaveGone() throws Exception {
      Descriptor passed = marked(1);
      server.send(opened(1), passed);
      assertThat(passed.isOpen()).isFalse();
    }

    @Test
    void thatNobodyTookAreClosedWithTheChannel() throws Exception {
      server.send(opened(1), marked(1));
      assertThat(client.receive()).isNotNull();
      client.close(); // the census tells
    }

    @Test
    void thatAreMissingAreNamed() throws Exception {
      server.send(opened(1));
      assertThat(client.receive()).isNotNull();
      assertThatThrownBy(() -> client.takeDescriptor())
          .isInstanceOf(MalformedFrameException.class)
          .hasMessageContaining("without the descriptor");
    }

    @Test
    void thatAClientSendsAreDropped() throws Exception {
      Census quiet = Census.take();
      client.send(request(1), marked(1));
      assertThat(server.receive()).isEqualTo(request(1));
      Census.assertSameAs(quiet);
    }
  }

  @Nested
  class WhenThePeerDoesNotRead {

    @Test
    void aThousandMessagesWithDescriptorsWaitForItAndNoneIsLost() throws Exception {
      Census quiet = Census.take();
      for (int i = 0; i < 1000; i++) {
        // Each socket pair's other end is closed: what arrives is at its end at once.
        SocketPair session = SocketPair.open();
        session.ours().close();
        assertThat(server.send(opened(i), session.theirs())).isTrue();
      }
      for (int i = 0; i < 1000; i++) {
        Reply reply = client.receive();
        assertThat(reply).isNotNull();
        assertThat(reply.getId()).isEqualTo(i);
        try (Connection session = new Connection(client.takeDescriptor())) {
          assertThat(session.input().read()).isEqualTo(-1);
        }
      }
      Census.assertSameAs(quiet);
    }

    @Test
    void longMessagesAreSentInPiecesAsThereIsRoom() throws Exception {
      Error text = Error.newBuilder().setMessage("m".repeat(500_000)).build();
      for (int i = 0; i < 6; i++) {
        server.send(Reply.newBuilder().setId(i).setError(text).build(), marked(i));
      }
      for (int i = 0; i < 6; i++) {
        Reply reply = client.receive();
        assertThat(reply).isNotNull();
        assertThat(reply.getError()).isEqualTo(text);
        assertThat(mark(client.takeDescriptor())).isEqualTo(i);
      }
      server.send(number(7)); // the watch has ended, and begins anew when there is need
      assertThat(client.receive()).isEqualTo(number(7));
    }

    @Test
    void theChannelIsClosedWithTheReasonBeforeMemoryRunsOut() throws Exception {
      Error text = Error.newBuilder().setMessage("m".repeat(500_000)).build();
      Reply reply = Reply.newBuilder().setError(text).build();
      int sent = 0;
      while (server.send(reply, marked(sent))) {
        sent++;
      }
      assertThat(sent).isBetween(8, 20);
      assertThat(server.closeReason()).startsWith("the peer does not read: ");
      assertThat(server.receive()).isNull();
      Descriptor late = marked(1);
      assertThat(server.send(reply, late)).isFalse();
      assertThat(late.isOpen()).isFalse();
    }

    @Test
    void aClientWaitsForRoom() throws Exception {
      CompletableFuture<Integer> sender =
          CompletableFuture.supplyAsync(
              () -> {
                int sent = 0;
                while (sent < 20_000 && client.send(request(sent))) {
                  sent++;
                }
                return sent;
              });
      await().until(() -> server.socket().await(1, Duration.ofSeconds(1)) != 0);
      for (int i = 0; i < 20_000; i++) {
        assertThat(server.receive()).isEqualTo(request(i));
      }
      assertThat(sender.get(10, TimeUnit.SECONDS)).isEqualTo(20_000);
    }

    @Test
    void closingEndsTheWaitingOfAClient() throws Exception {
      Request big =
          Request.newBuilder().setGet(Get.newBuilder().setName("n".repeat(900_000))).build();
      CompletableFuture<Boolean> sender = CompletableFuture.supplyAsync(() -> client.send(big));
      await().until(() -> server.socket().await(1, Duration.ofSeconds(1)) != 0);
      client.close("enough");
      assertThat(sender.get(2, TimeUnit.SECONDS)).isFalse();
      assertThat(client.closeReason()).isEqualTo("enough");
    }
  }

  @Nested
  class WhenThePeerIsGone {

    @Test
    void theStreamEnds() throws Exception {
      client.close();
      assertThat(server.receive()).isNull();
    }

    @Test
    void theStreamEndsAlsoIfItLeftSomethingUnread() throws Exception {
      server.send(number(1));
      client.close();
      assertThat(server.receive()).isNull();
    }

    @Test
    void sendingClosesTheChannelAndThePassedDescriptor() throws Exception {
      client.close();
      Descriptor passed = marked(1);
      assertThat(server.send(opened(1), passed)).isFalse();
      assertThat(passed.isOpen()).isFalse();
      assertThat(server.closeReason()).contains("EPIPE");
    }

    @Test
    void whatWaitsForItIsDropped() throws Exception {
      for (int i = 0; i < 1000; i++) {
        server.send(opened(i), marked(i));
      }
      client.close();
      await().until(() -> !server.isOpen());
      assertThat(server.closeReason()).containsAnyOf("EPIPE", "ECONNRESET");
    }
  }

  @Nested
  class WhenItIsClosed {

    @Test
    void theReaderWakes() throws Exception {
      CompletableFuture<@Nullable Reply> reader = receiving();
      client.close();
      assertThat(reader.get(5, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void theFirstReasonStays() {
      server.close("first");
      server.close("second");
      server.close();
      assertThat(server.closeReason()).isEqualTo("first");
      assertThat(server.isOpen()).isFalse();
    }
  }

  @Nested
  class WhenFramesAreBroken {

    @Test
    void halfAFrameAndSilenceIsGivenUp() throws Exception {
      raw(client.socket(), (byte) 10, (byte) 1);
      assertThatThrownBy(server::receive)
          .isInstanceOf(MalformedFrameException.class)
          .hasMessage("half a frame: 2 bytes, and the rest did not come within 200 milliseconds");
    }

    @Test
    void oneByteAtATimeDoesNotBuyMoreTime() throws Exception {
      CompletableFuture<Throwable> failure =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  server.receive();
                  return new AssertionError("received");
                } catch (IOException e) {
                  return e;
                }
              });
      raw(client.socket(), (byte) 100);
      long begin = System.nanoTime();
      while (!failure.isDone() && System.nanoTime() - begin < 2_000_000_000L) {
        raw(client.socket(), (byte) 0x20);
        Thread.onSpinWait();
        if (failure.isDone()) {
          break;
        }
        await().pollDelay(Duration.ofMillis(20)).until(() -> true);
      }
      assertThat(failure.get(1, TimeUnit.SECONDS)).isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void anEndInsideAFrameIsSaid() throws Exception {
      raw(client.socket(), (byte) 10, (byte) 1);
      client.close();
      assertThatThrownBy(server::receive)
          .isInstanceOf(MalformedFrameException.class)
          .hasMessage("half a frame: the stream ended after 2 bytes of it");
    }

    @Test
    void silenceInsteadOfTheFirstMessageIsGivenUp() {
      assertThatThrownBy(() -> server.receive(Duration.ofMillis(50)))
          .isInstanceOf(MalformedFrameException.class)
          .hasMessage("no message came within 50 milliseconds");
    }

    @Test
    void aFrameThatArrivesInPiecesIsTaken() throws Exception {
      byte[] frame = Frame.of(request(300));
      CompletableFuture<Request> reader =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  Request request = server.receive();
                  return request == null ? Request.getDefaultInstance() : request;
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      for (byte b : frame) {
        raw(client.socket(), b);
      }
      assertThat(reader.get(5, TimeUnit.SECONDS)).isEqualTo(request(300));
    }
  }

  private CompletableFuture<@Nullable Reply> receiving() {
    CompletableFuture<@Nullable Reply> received = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                received.complete(client.receive());
              } catch (IOException | RuntimeException e) {
                received.completeExceptionally(e);
              }
            });
    return received;
  }
}
