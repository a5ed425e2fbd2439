package dev.carpool.client;

import dev.carpool.api.PoolException;
import dev.carpool.api.Session;
import dev.carpool.channel.MessageChannel;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.wire.ErrorMessages;
import dev.carpool.wire.proto.Close;
import dev.carpool.wire.proto.Get;
import dev.carpool.wire.proto.Hello;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.Welcome;
import dev.carpool.wire.proto.Withdraw;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Requests and the replies to them: each reply finds what waits for it by the request's id. */
final class Dialogue {

  private static final int PROTOCOL = 1;
  private static final long HELLO_ID = 1; // not 0: that is the id of what answers no request
  private static final int STACK = 256 * 1024;

  private final MessageChannel<Reply, Request> channel;
  private final AtomicLong lastId = new AtomicLong(HELLO_ID);
  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
  private volatile @Nullable Thread reader;
  private volatile @Nullable String lost;

  /** What a reply is for. */
  private interface Waiting {
    void answered(Reply reply);

    void failed(PoolException why);
  }

  Dialogue(MessageChannel<Reply, Request> channel) {
    this.channel = channel;
  }

  /** Says Hello and starts to read. Fails as {@link RemotePool#greet} says. */
  Welcome hello(String name, Duration within) throws IOException, PoolException {
    Request hello =
        Request.newBuilder()
            .setId(HELLO_ID)
            .setHello(Hello.newBuilder().setVersion(PROTOCOL).setName(name))
            .build();
    if (!channel.send(hello)) {
      throw new HungUpException(String.valueOf(channel.closeReason()));
    }
    Reply reply = channel.receive(within);
    if (reply == null) {
      throw new HungUpException("the connection ended");
    }
    if (reply.getId() != HELLO_ID) {
      throw new HungUpException(reply.getError().getMessage());
    }
    if (reply.hasError()) {
      throw ErrorMessages.fromMessage(reply.getError());
    }
    reader =
        Thread.ofPlatform()
            .name("pool server " + reply.getWelcome().getPid())
            .daemon(true)
            .stackSize(STACK)
            .start(this::read);
    return reply.getWelcome();
  }

  boolean isOpen() {
    return lost == null && channel.isOpen();
  }

  /** Fails on the thread that would have to bring what is waited for. */
  void mayWait() {
    if (Thread.currentThread() == reader) {
      throw new IllegalStateException(
          "this thread reads the pool server's replies, and cannot wait for one; chain with an"
              + " executor");
    }
  }

  /**
   * Sends a request and waits for the reply to it.
   *
   * @throws PoolException the reply, if it is an error
   */
  Reply call(Request.Builder request, Duration within) throws PoolException {
    mayWait();
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    long id =
        ask(
            request,
            new Waiting() {
              @Override
              public void answered(Reply reply) {
                answer.complete(reply);
              }

              @Override
              public void failed(PoolException why) {
                answer.completeExceptionally(why);
              }
            });
    try {
      Reply reply = answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
      if (reply.hasError()) {
        throw ErrorMessages.fromMessage(reply.getError());
      }
      return reply;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PoolException.Unavailable(
          "Interrupted while waiting for the pool server's answer.");
    } catch (TimeoutException e) {
      throw new PoolException.Unavailable(
          "The pool server has not answered for " + within.toSeconds() + " seconds.");
    } catch (ExecutionException e) {
      throw reason(e.getCause());
    } finally {
      waiting.remove(id);
    }
  }

  /** Asks for a session. Whoever ends the future before the server does withdraws the request. */
  CompletableFuture<Session> get(Get.Builder get) {
    CompletableFuture<Session> session = new CompletableFuture<>();
    long id =
        ask(
            Request.newBuilder().setGet(get),
            new Waiting() {
              @Override
              public void answered(Reply reply) {
                opened(reply, session);
              }

              @Override
              public void failed(PoolException why) {
                session.completeExceptionally(why);
              }
            });
    var _ = session.whenComplete((opened, failure) -> withdrawIfWaiting(id));
    return session;
  }

  private void withdrawIfWaiting(long id) {
    // A reply takes its entry out before it completes the future.
    if (waiting.containsKey(id)) {
      sendOff(Request.newBuilder().setWithdraw(Withdraw.newBuilder().setRequestId(id)));
    }
  }

  private long ask(Request.Builder request, Waiting reply) {
    long id = lastId.incrementAndGet();
    waiting.put(id, reply);
    boolean sent;
    try {
      sent = channel.send(request.setId(id).build());
    } catch (IllegalArgumentException e) {
      waiting.remove(id);
      reply.failed(new PoolException.BadRequest("The request is too long: " + e.getMessage()));
      return id;
    }
    // After the entry was made: either the reading thread fails it when it ends, or this does.
    if ((!sent || lost != null) && waiting.remove(id) != null) {
      reply.failed(unavailable());
    }
    return id;
  }

  /** Sends a request whose reply nobody waits for. */
  private void sendOff(Request.Builder request) {
    boolean _ = channel.send(request.setId(lastId.incrementAndGet()).build());
  }

  private void giveBack(long session) {
    sendOff(Request.newBuilder().setClose(Close.newBuilder().setSessionId(session)));
  }

  private void read() {
    String why = "The pool server closed the connection.";
    try {
      Reply reply = channel.receive();
      while (reply != null) {
        deliver(reply);
        reply = channel.receive();
      }
      String closed = channel.closeReason();
      if (closed != null) {
        why = "The connection with the pool server is closed: " + closed + ".";
      }
    } catch (IOException | RuntimeException e) {
      why = "The connection with the pool server broke: " + e.getMessage() + ".";
    } finally {
      lost = why;
      channel.close(why);
      for (Long id : waiting.keySet()) {
        Waiting left = waiting.remove(id);
        if (left != null) {
          left.failed(unavailable());
        }
      }
    }
  }

  private void deliver(Reply reply) throws IOException {
    Waiting asked = waiting.remove(reply.getId());
    if (asked != null) {
      asked.answered(reply);
    } else if (reply.hasSessionOpened()) {
      Descriptor unwanted = channel.takeDescriptor();
      unwanted.close();
      giveBack(reply.getSessionOpened().getSessionId());
    }
  }

  private void opened(Reply reply, CompletableFuture<Session> session) {
    if (reply.hasError()) {
      session.completeExceptionally(ErrorMessages.fromMessage(reply.getError()));
      return;
    }
    if (!reply.hasSessionOpened()) {
      session.completeExceptionally(
          new PoolException.Unavailable(
              "The pool server answered something else: " + reply.getResultCase() + "."));
      return;
    }
    RemoteSession remote;
    try {
      remote =
          new RemoteSession(reply.getSessionOpened(), channel.takeDescriptor(), this::giveBack);
    } catch (IOException e) {
      session.completeExceptionally(new PoolException.Unavailable(e.getMessage() + "."));
      giveBack(reply.getSessionOpened().getSessionId());
      return;
    }
    if (!session.complete(remote)) {
      remote.close(); // withdrawn in the same instant
    }
  }

  private PoolException unavailable() {
    String why = lost;
    return new PoolException.Unavailable(
        why != null
            ? why
            : "The connection with the pool server is closed: " + channel.closeReason() + ".");
  }

  static PoolException reason(@Nullable Throwable cause) {
    return cause instanceof PoolException reason
        ? reason
        : new PoolException.Unavailable("The request failed: " + cause);
  }

  void close() {
    channel.close("by this client");
  }
}
