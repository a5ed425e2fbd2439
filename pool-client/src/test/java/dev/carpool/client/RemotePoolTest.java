package dev.carpool.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.api.Session;
import dev.carpool.channel.MessageChannel;
import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.Connection;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.descriptor.UnixSocket;
import dev.carpool.wire.ErrorMessages;
import dev.carpool.wire.StatusMessages;
import dev.carpool.wire.proto.Done;
import dev.carpool.wire.proto.Error;
import dev.carpool.wire.proto.Number;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.SessionOpened;
import dev.carpool.wire.proto.Welcome;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The remote pool against the server's end of its connection, which the test itself plays. */
@Timeout(60)
class RemotePoolTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static Census before;

  private EventLoop loop;
  private MessageChannel<Request, Reply> server;
  private RemotePool pool;

  @BeforeAll
  static void warmUpAndCount() throws Exception {
    // The first selector of a provider opens what that keeps.
    try (SocketPair pair = SocketPair.open();
        RemoteSession session =
            new RemoteSession(SessionOpened.getDefaultInstance(), pair.ours(), id -> {})) {
      session.socketChannel().provider().openSelector().close();
    }
    before = Census.take();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  @BeforeEach
  void connect() throws Exception {
    loop = new EventLoop("test loop", (thread, error) -> error.printStackTrace());
    SocketPair pair = SocketPair.open();
    server = MessageChannel.ofServer(pair.ours(), loop);
    CompletableFuture<RemotePool> greeting =
        inBackground(() -> RemotePool.greet(pair.theirs(), "test", Duration.ofSeconds(5)));
    Request hello = received();
    assertThat(hello.getHello().getName()).isEqualTo("test");
    assertThat(hello.getHello().getVersion()).isEqualTo(1);
    server.send(reply(hello).setWelcome(Welcome.newBuilder().setPid(77).setServer("0.1")).build());
    pool = greeting.get(5, TimeUnit.SECONDS);
  }

  @AfterEach
  void disconnect() {
    pool.close();
    server.close();
    loop.close();
  }

  private static <T> CompletableFuture<T> inBackground(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                result.complete(task.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  private Request received() throws IOException {
    Request request = server.receive(Duration.ofSeconds(10));
    if (request == null) {
      throw new AssertionError("the client has gone: " + server.closeReason());
    }
    return request;
  }

  private static Reply.Builder reply(Request request) {
    return Reply.newBuilder().setId(request.getId());
  }

  /** Grants a get. Returns the process's end of the session. */
  private Connection open(Request get, long session) throws IOException {
    SocketPair pair = SocketPair.open();
    SessionOpened opened =
        SessionOpened.newBuilder().setSessionId(session).setPid(1234).setProtocol("scgi").build();
    assertThat(server.send(reply(get).setSessionOpened(opened).build(), pair.theirs())).isTrue();
    return new Connection(pair.ours());
  }

  private static PoolException failure(CompletableFuture<?> future) throws Exception {
    try {
      Object unexpected = future.get(10, TimeUnit.SECONDS);
      throw new AssertionError("no failure but " + unexpected);
    } catch (ExecutionException e) {
      return (PoolException) Objects.requireNonNull(e.getCause());
    }
  }

  @Nested
  class Connecting {

    @Test
    void tellsWhoTheServerIs() {
      assertThat(pool.serverPid()).isEqualTo(77);
      assertThat(pool.serverVersion()).isEqualTo("0.1");
      assertThat(pool.isOpen()).isTrue();
    }

    @Test
    void aServerThatHangsUpIsToldApartFromOneThatRefuses() throws Exception {
      SocketPair pair = SocketPair.open();
      pair.ours().close();
      assertThatThrownBy(() -> RemotePool.greet(pair.theirs(), "test", MINUTE))
          .isInstanceOf(HungUpException.class);
      assertThat(pair.theirs().isOpen()).isFalse();

      SocketPair refusing = SocketPair.open();
      MessageChannel<Request, Reply> other = MessageChannel.ofServer(refusing.ours(), loop);
      CompletableFuture<RemotePool> greeting =
          inBackground(() -> RemotePool.greet(refusing.theirs(), "test", MINUTE));
      Request hello = other.receive();
      assertThat(hello).isNotNull();
      other.send(
          reply(hello)
              .setError(ErrorMessages.toMessage(Error.Code.BAD_REQUEST, "version 9"))
              .build());
      assertThat(failure(greeting)).isInstanceOf(PoolException.BadRequest.class);
      other.close();
    }

    @Test
    void aComplaintFromBeforeTheHelloMeansThatTheConnectionIsStale() throws Exception {
      SocketPair pair = SocketPair.open();
      MessageChannel<Request, Reply> stale = MessageChannel.ofServer(pair.ours(), loop);
      stale.send(
          Reply.newBuilder()
              .setError(ErrorMessages.toMessage(Error.Code.BAD_REQUEST, "no message came"))
              .build());
      assertThatThrownBy(() -> RemotePool.greet(pair.theirs(), "test", MINUTE))
          .isInstanceOf(HungUpException.class)
          .hasMessage("no message came");
      stale.close();
    }

    @Test
    void noSocketAndNoServerAreToldApart(@TempDir Path directory) throws Exception {
      Path path = directory.resolve("admin.sock");
      assertThatThrownBy(() -> RemotePool.connect(path, "cli"))
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessage("No pool server runs here: there is no socket " + path + ".");
      UnixSocket.listen(path, 1).close();
      assertThatThrownBy(() -> RemotePool.connect(path, "cli"))
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessage("The pool server has gone: nobody listens on " + path + ".");
    }
  }

  @Nested
  class Getting {

    @Test
    void aSessionLeadsToItsProcess() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", Duration.ofSeconds(7));
      Request get = received();
      assertThat(get.getGet().getName()).isEqualTo("blog");
      assertThat(get.getGet().getTimeoutMillis()).isEqualTo(7000);
      try (Connection process = open(get, 3);
          Session session = got.get(5, TimeUnit.SECONDS)) {
        assertThat(session.id()).isEqualTo(3);
        assertThat(session.pid()).isEqualTo(1234);
        assertThat(session.protocol()).isEqualTo("scgi");
        session.output().write("question".getBytes(UTF_8));
        session.output().close();
        assertThat(process.input().readAllBytes()).asString(UTF_8).isEqualTo("question");
        process.output().write("answer".getBytes(UTF_8));
        process.close();
        assertThat(session.input().readAllBytes()).asString(UTF_8).isEqualTo("answer");
      }
    }

    @Test
    void anApplicationIsDescribed() throws Exception {
      AppSpec app =
          AppSpec.ofRoot(Path.of("/srv/none")).withKind(AppKind.WSGI).withEntry("a:b").withMin(2);
      CompletableFuture<Session> got = pool.request(app, Duration.ofNanos(1));
      Request get = received();
      assertThat(get.getGet().getSpec().getRoot()).isEqualTo("/srv/none");
      assertThat(get.getGet().getSpec().getKind()).isEqualTo("wsgi");
      assertThat(get.getGet().getSpec().getEntry()).isEqualTo("a:b");
      assertThat(get.getGet().getTimeoutMillis()).as("0 is the server's default").isEqualTo(1);
      assertThat(got).isNotDone();
    }

    @Test
    void manyWaitAtOnceAndAreAnsweredInAnyOrder() throws Exception {
      List<CompletableFuture<Session>> gets =
          IntStream.range(0, 100).mapToObj(i -> pool.request("app" + i, MINUTE)).toList();
      Request[] requests = new Request[100];
      for (int i = 0; i < 100; i++) {
        requests[i] = received();
      }
      for (int i = 99; i >= 0; i--) {
        try (Connection process = open(requests[i], i)) {
          process.output().write(i);
        }
      }
      for (int i = 0; i < 100; i++) {
        try (Session session = gets.get(i).get(5, TimeUnit.SECONDS)) {
          assertThat(session.id()).isEqualTo(i);
          assertThat(session.input().read()).isEqualTo(i);
        }
      }
    }

    @Test
    void aRefusalIsTheReason() throws Exception {
      CompletableFuture<Session> got = inBackground(() -> pool.get("blog", MINUTE));
      Request get = received();
      server.send(
          reply(get)
              .setError(
                  ErrorMessages.toMessage(
                      new PoolException.QueueFull("100 wait", Duration.ofSeconds(2)), r -> ""))
              .build());
      PoolException reason = failure(got);
      assertThat(reason).isInstanceOf(PoolException.QueueFull.class).hasMessage("100 wait");
      assertThat(reason.retryAfter()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void anAnswerWithoutTheDescriptorFailsThatGetAlone() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      Request get = received();
      server.send(reply(get).setSessionOpened(SessionOpened.newBuilder().setSessionId(5)).build());
      assertThat(failure(got)).hasMessageContaining("without the descriptor");
      assertThat(received().getClose().getSessionId()).isEqualTo(5);
      assertThat(pool.isOpen()).isTrue();
    }

    @Test
    void aServerThatHasComeToAHaltDoesNotBlockForEver() throws Exception {
      CompletableFuture<Session> got = inBackground(() -> pool.get("blog", Duration.ofMillis(1)));
      Request get = received();
      assertThat(failure(got))
          .isInstanceOf(PoolException.QueueTimeout.class)
          .hasMessageContaining("has not answered");
      assertThat(received().getWithdraw().getRequestId()).isEqualTo(get.getId());
    }

    @Test
    void waitingOnTheReadingThreadIsRefused() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      CompletableFuture<Integer> chained =
          got.handle(
              (session, failure) -> {
                try {
                  return pool.count();
                } catch (PoolException e) {
                  return -1;
                }
              });
      Request get = received();
      server.send(
          reply(get).setError(ErrorMessages.toMessage(Error.Code.NOT_FOUND, "none")).build());
      assertThatThrownBy(() -> chained.get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cannot wait for one");
    }
  }

  @Nested
  class Withdrawing {

    @Test
    void aCancelledGetIsWithdrawn() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      Request get = received();
      assertThat(got.cancel(false)).isTrue();
      assertThat(received().getWithdraw().getRequestId()).isEqualTo(get.getId());
    }

    @Test
    void aSessionThatWasOpenedInTheSameInstantIsClosedAtOnce() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      Request get = received();
      got.cancel(false);
      try (Connection process = open(get, 9)) {
        assertThat(process.input().read()).as("closed by the client").isEqualTo(-1);
      }
      assertThat(received().hasWithdraw()).isTrue();
      assertThat(received().getClose().getSessionId()).isEqualTo(9);
    }

    @Test
    void aTimeoutOfTheFuturesOwnWithdrawsToo() throws Exception {
      CompletableFuture<Session> got =
          pool.request("blog", MINUTE).orTimeout(1, TimeUnit.MILLISECONDS);
      Request get = received();
      assertThat(received().getWithdraw().getRequestId()).isEqualTo(get.getId());
      assertThat(got).isCompletedExceptionally();
    }

    @Test
    void anInterruptedGetIsWithdrawn() throws Exception {
      CompletableFuture<Throwable> ended = new CompletableFuture<>();
      Thread getter =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      pool.get("blog", MINUTE).close();
                      ended.complete(new AssertionError("got one"));
                    } catch (Exception e) {
                      ended.complete(e);
                    }
                  });
      Request get = received();
      getter.interrupt();
      assertThat(ended.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      assertThat(received().getWithdraw().getRequestId()).isEqualTo(get.getId());
    }

    @Test
    void anAnsweredGetIsNotWithdrawn() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      Connection process = open(received(), 1);
      Session session = got.get(5, TimeUnit.SECONDS);
      assertThat(got.cancel(false)).isFalse();
      session.close();
      assertThat(received().hasClose()).isTrue();
      process.close();
    }
  }

  @Nested
  class Sessions {

    private Connection process;
    private RemoteSession session;

    @BeforeEach
    void open() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      process = RemotePoolTest.this.open(received(), 4);
      session = (RemoteSession) got.get(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
      session.close();
      process.close();
    }

    @Test
    void aClosedOneIsGivenBackOnce() throws Exception {
      session.close();
      session.close();
      assertThat(received().getClose().getSessionId()).isEqualTo(4);
      assertThat(process.input().read()).isEqualTo(-1);
      pool.close();
      assertThat(server.receive()).as("nothing more").isNull();
    }

    @Test
    void oneWorksOnWithoutItsPool() throws Exception {
      pool.close();
      session.output().write('x');
      assertThat(process.input().read()).isEqualTo('x');
      session.close();
      assertThat(process.input().read()).isEqualTo(-1);
    }

    @Test
    void closingWakesAReader() throws Exception {
      CompletableFuture<Integer> read = inBackground(() -> session.input().read());
      session.close();
      assertThat(read.handle((n, e) -> e == null ? n : -1).get(5, TimeUnit.SECONDS)).isEqualTo(-1);
    }

    @Test
    void aSelectorCanWatchOne() throws Exception {
      SocketChannel channel = session.socketChannel();
      assertThat(session.socketChannel()).isSameAs(channel);
      channel.configureBlocking(false);
      try (Selector selector = channel.provider().openSelector()) {
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        assertThat(selector.selectNow()).isZero();
        process.output().write("hello".getBytes(UTF_8));
        assertThat(selector.select(5000)).isEqualTo(1);
        assertThat(key.isReadable()).isTrue();
        ByteBuffer read = ByteBuffer.allocate(10);
        assertThat(channel.read(read)).isEqualTo(5);
        assertThat(channel.write(ByteBuffer.wrap("you".getBytes(UTF_8)))).isEqualTo(3);
        session.close();
        assertThat(key.isValid()).isFalse();
      }
      assertThat(process.input().readAllBytes()).asString(UTF_8).isEqualTo("you");
      assertThatThrownBy(() -> session.socketChannel()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void theGarbageCollectorDoesNotHitWhoeverHasItsNumberNext() throws Exception {
      int number = session.descriptor().number();
      assertThat(session.socketChannel().isOpen()).isTrue();
      session.close();
      try (SocketPair next = SocketPair.open()) {
        assertThat(List.of(next.ours().number(), next.theirs().number())).contains(number);
        for (int i = 0; i < 20; i++) {
          System.gc();
        }
        Connection ours = new Connection(next.ours());
        ours.output().write('x');
        assertThat(new Connection(next.theirs()).input().read()).isEqualTo('x');
      }
    }
  }

  @Nested
  class Commands {

    private void answer(Reply.Builder result) throws IOException {
      Request request = received();
      server.send(result.setId(request.getId()).build());
    }

    @Test
    void aSetterBringsItsReceipt() throws Exception {
      Receipt receipt = new Receipt("max", "6", "3", 5, 2);
      CompletableFuture<Receipt> set = inBackground(() -> pool.setMax(3));
      Request request = received();
      assertThat(request.getSetMax().getMax()).isEqualTo(3);
      server.send(reply(request).setReceipt(StatusMessages.toMessage(receipt)).build());
      assertThat(set.get(5, TimeUnit.SECONDS)).isEqualTo(receipt);
    }

    @Test
    void wrongValuesArriveAsTheyAreAndAreRefusedByTheServer() throws Exception {
      CompletableFuture<Receipt> set = inBackground(() -> pool.setMax(-1));
      Request request = received();
      assertThat(request.getSetMax().getMax()).isEqualTo(-1);
      server.send(
          reply(request)
              .setError(ErrorMessages.toMessage(Error.Code.BAD_REQUEST, "max is -1"))
              .build());
      assertThat(failure(set)).isInstanceOf(PoolException.BadRequest.class).hasMessage("max is -1");
      inBackground(() -> pool.setMaxIdleTime(Duration.ofNanos(-1)));
      assertThat(received().getSetMaxIdleTime().getMillis()).isNegative();
    }

    @Test
    void numbersAndTheStatusArrive() throws Exception {
      CompletableFuture<Integer> count = inBackground(() -> pool.count());
      answer(Reply.newBuilder().setNumber(Number.newBuilder().setValue(5)));
      assertThat(count.get(5, TimeUnit.SECONDS)).isEqualTo(5);
      CompletableFuture<PoolStatus> status = inBackground(() -> pool.status());
      PoolStatus sent =
          new PoolStatus(
              "0.1",
              77,
              PoolLimits.DEFAULT,
              0,
              0,
              0,
              0,
              0,
              Duration.ZERO,
              false,
              PoolStatus.Unserved.NONE,
              PoolStatus.Activity.NONE,
              List.of(),
              List.of());
      answer(Reply.newBuilder().setStatus(StatusMessages.toMessage(sent)));
      assertThat(status.get(5, TimeUnit.SECONDS)).isEqualTo(sent);
    }

    @Test
    void anAnswerOfTheWrongSortIsSaid() throws Exception {
      CompletableFuture<Receipt> clear = inBackground(() -> pool.clear());
      answer(Reply.newBuilder().setDone(Done.getDefaultInstance()));
      assertThat(failure(clear)).hasMessage("The pool server answered something else: DONE.");
    }
  }

  @Nested
  class WhenTheConnectionIsLost {

    @Test
    void everythingThatWaitsFailsInWords() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      CompletableFuture<Integer> count = inBackground(() -> pool.count());
      received();
      received();
      server.close();
      assertThat(failure(got))
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessage("The pool server closed the connection.");
      assertThat(failure(count)).hasMessage("The pool server closed the connection.");
      await().until(() -> !pool.isOpen());
      assertThat(failure(pool.request("blog", MINUTE)))
          .hasMessage("The pool server closed the connection.");
      assertThatThrownBy(() -> pool.count()).hasMessageContaining("closed the connection");
    }

    @Test
    void itsOwnCloseIsNamed() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      pool.close();
      pool.close();
      assertThat(failure(got))
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessage("The connection with the pool server is closed: by this client.");
      received();
      assertThat(server.receive()).isNull();
    }

    @Test
    void rubbishFromTheServerEndsIt() throws Exception {
      CompletableFuture<Session> got = pool.request("blog", MINUTE);
      received();
      MemorySegment rubbish = Arena.ofAuto().allocate(6);
      rubbish.fill((byte) 0xff);
      server.socket().writeFully(rubbish);
      assertThat(failure(got)).hasMessageContaining("broke: the length of a frame is not a varint");
    }

    @Test
    void aLostConnectionInTheMiddleOfManyGetsFailsEachOnce() throws Exception {
      CompletableFuture<Integer> failures =
          inBackground(
              () -> {
                int failed = 0;
                for (int i = 0; i < 2000; i++) {
                  CompletableFuture<Session> got = pool.request("blog", MINUTE);
                  assertThat(failure(got)).isInstanceOf(PoolException.Unavailable.class);
                  failed++;
                }
                return failed;
              });
      received();
      server.close();
      assertThat(failures.get(30, TimeUnit.SECONDS)).isEqualTo(2000);
    }
  }
}
