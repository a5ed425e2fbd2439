package dev.carpool.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.api.PoolException;
import dev.carpool.channel.MessageChannel;
import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.Welcome;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connecting, with the server's end of the server socket played by the test. */
@Timeout(60)
class SharedServerSocketTest {

  private static Census before;

  private final AtomicInteger wakeUps = new AtomicInteger();
  private EventLoop loop;
  private Descriptor server;
  private SharedServerSocket clients;

  @BeforeAll
  static void count() {
    before = Census.take();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  @BeforeEach
  void open() throws IOException {
    loop = new EventLoop("test loop", (thread, error) -> error.printStackTrace());
    SocketPair pair = SocketPair.open();
    server = pair.ours();
    clients = SharedServerSocket.over(pair.theirs());
  }

  @AfterEach
  void close() {
    clients.close();
    server.close();
    loop.close();
  }

  /** Offers a connection. Returns the server's end of it. */
  private Descriptor offer() throws IOException {
    SocketPair pair = SocketPair.open();
    assertThat(server.send(Arena.ofAuto().allocate(1), pair.theirs())).isEqualTo(1);
    pair.theirs().close();
    return pair.ours();
  }

  /** Answers every wake-up with a connection, and every Hello with a welcome. */
  private void serve() {
    Thread.ofPlatform()
        .daemon(true)
        .start(
            () -> {
              MemorySegment one = Arena.ofAuto().allocate(1);
              try {
                while (server.read(one) == 1) {
                  wakeUps.incrementAndGet();
                  Descriptor connection = offer();
                  Thread.ofPlatform().daemon(true).start(() -> welcome(connection));
                }
              } catch (IOException e) {
                // closed by the test
              }
            });
  }

  private void welcome(Descriptor connection) {
    try (MessageChannel<Request, Reply> channel = MessageChannel.ofServer(connection, loop)) {
      Request hello = channel.receive();
      if (hello != null) {
        channel.send(
            Reply.newBuilder()
                .setId(hello.getId())
                .setWelcome(Welcome.newBuilder().setPid(1))
                .build());
        assertThat(channel.receive()).isNull();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWakeUpBringsAConnection() throws Exception {
    serve();
    try (RemotePool pool = clients.connect("one")) {
      assertThat(pool.isOpen()).isTrue();
    }
    assertThat(wakeUps).hasValue(1);
  }

  @Test
  void manyThreadsConnectAtOnce() throws Exception {
    serve();
    List<CompletableFuture<Integer>> connected = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      CompletableFuture<Integer> done = new CompletableFuture<>();
      connected.add(done);
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  for (int i = 0; i < 50; i++) {
                    clients.connect("many").close();
                  }
                  done.complete(50);
                } catch (Throwable e) {
                  done.completeExceptionally(e);
                }
              });
    }
    for (CompletableFuture<Integer> done : connected) {
      assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo(50);
    }
    assertThat(wakeUps).hasValue(400);
  }

  @Test
  void aConnectionThatADeadClientLeftIsPassedOverForTheOneBehindIt() throws Exception {
    offer().close();
    serve();
    clients.connect("second").close();
    assertThat(wakeUps).as("its own connection was behind the stale one").hasValue(1);
  }

  @Test
  void aNewWakeUpIsSentWhenTheOneBehindWentToSomebodyElse() throws Exception {
    MemorySegment one = Arena.ofAuto().allocate(1);
    offer().close();
    CompletableFuture<RemotePool> connecting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return clients.connect("unlucky");
              } catch (PoolException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(server.read(one)).isEqualTo(1); // and is not answered
    serve();
    connecting.get(10, TimeUnit.SECONDS).close();
    assertThat(wakeUps).hasValue(1);
  }

  @Test
  void aServerThatSaysNothingIsGivenUpInTime() {
    assertThatThrownBy(() -> clients.connect("hopeful", Duration.ofMillis(300)))
        .isInstanceOf(PoolException.Unavailable.class)
        .hasMessage("The pool server gave no connection within 300 ms.");
  }

  @Test
  void aServerThatHangsUpOnEverybodyIsNamed() throws Exception {
    for (int i = 0; i < 100; i++) {
      offer().close();
    }
    assertThatThrownBy(() -> clients.connect("unwanted", Duration.ofSeconds(1)))
        .isInstanceOf(PoolException.Unavailable.class)
        .hasMessageStartingWith(
            "The pool server gave no connection within 1000 ms: 100 connections, the last:");
  }

  @Test
  void aServerThatHasEndedIsNamed() {
    server.close();
    assertThatThrownBy(() -> clients.connect("late"))
        .isInstanceOf(PoolException.Unavailable.class)
        .hasMessageStartingWith("The pool server has ended, or its socket is broken: ");
  }

  @Test
  void anInheritedDescriptorHasToBeASocket() {
    assertThatThrownBy(() -> SharedServerSocket.inherited(987))
        .isInstanceOf(IOException.class)
        .hasMessage("descriptor 987 is not open");
  }
}
