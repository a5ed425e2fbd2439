package dev.carpool.door;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.Session;
import dev.carpool.api.SpawnReportPage;
import dev.carpool.audit.AuditLog;
import dev.carpool.channel.MessageChannel;
import dev.carpool.live.LiveSession;
import dev.carpool.wire.ActivityMessages;
import dev.carpool.wire.AppMessages;
import dev.carpool.wire.ErrorMessages;
import dev.carpool.wire.MalformedFrameException;
import dev.carpool.wire.Quantities;
import dev.carpool.wire.StatusMessages;
import dev.carpool.wire.proto.Done;
import dev.carpool.wire.proto.Error;
import dev.carpool.wire.proto.Get;
import dev.carpool.wire.proto.Hello;
import dev.carpool.wire.proto.Number;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.SessionOpened;
import dev.carpool.wire.proto.Welcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dialogue with one client, on a thread that reads. It goes on reading while gets wait, so that
 * a client that dies is noticed at once: its gets are withdrawn, its sessions given back.
 */
final class Conversation implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
  private static final int PROTOCOL = 1;
  private static final Duration HELLO_WITHIN = Duration.ofSeconds(5);
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

  private final String name;
  private final MessageChannel<Request, Reply> channel;
  private final ApplicationPool pool;
  private final Reception.ServerFacts facts;
  private final Guest guest;
  private final Runnable stop;

  private final Map<Long, CompletableFuture<Session>> waiting = new ConcurrentHashMap<>();
  private final Map<Long, LiveSession> sessions = new ConcurrentHashMap<>();
  private final AtomicLong nextSession = new AtomicLong();
  private volatile boolean stopped;
  private volatile boolean ended;

  Conversation(
      String name,
      MessageChannel<Request, Reply> channel,
      ApplicationPool pool,
      Reception.ServerFacts facts,
      Guest guest,
      Runnable stop) {
    this.name = name;
    this.channel = channel;
    this.pool = pool;
    this.facts = facts;
    this.guest = guest;
    this.stop = stop;
  }

  @Override
  public void run() {
    try {
      Request first = channel.receive(HELLO_WITHIN);
      if (first != null && greet(first)) {
        Request request = channel.receive();
        while (request != null) {
          answer(request);
          request = channel.receive();
        }
      }
    } catch (MalformedFrameException e) {
      LOG.warn("{} is hung up on: {}", name, e.getMessage());
      reply(0, ErrorMessages.toMessage(Error.Code.BAD_REQUEST, String.valueOf(e.getMessage())));
    } catch (IOException e) {
      LOG.debug("{} is gone: {}", name, e.getMessage());
    } finally {
      String why = channel.closeReason();
      if (why != null && !stopped) {
        LOG.info("{} was hung up on: {}", name, why);
      }
      channel.close("the client has gone");
      ended = true;
      waiting.values().forEach(get -> get.cancel(false));
      sessions.values().forEach(LiveSession::close);
    }
  }

  /** Hangs up; the reading thread then clears up. */
  void end(String why) {
    stopped = true;
    channel.close(why);
  }

  private boolean greet(Request request) {
    if (!request.hasHello()) {
      reply(request.getId(), refusal("The first message has to be Hello."));
      return false;
    }
    Hello hello = request.getHello();
    if (hello.getVersion() != PROTOCOL) {
      reply(
          request.getId(),
          refusal(
              "This server speaks version %d of the protocol, not %d."
                  .formatted(PROTOCOL, hello.getVersion())));
      return false;
    }
    LOG.debug("{} is {}", name, hello.getName());
    return channel.send(
        Reply.newBuilder()
            .setId(request.getId())
            .setWelcome(
                Welcome.newBuilder()
                    .setVersion(PROTOCOL)
                    .setServer(facts.version())
                    .setPid((int) ProcessHandle.current().pid()))
            .build());
  }

  private void answer(Request request) {
    if (!guest.rights().allow(request.getCommandCase())) {
      AuditLog.denied(guest.who().get(), Rights.words(request));
      reply(request.getId(), ErrorMessages.toMessage(Error.Code.DENIED, guest.rights().refusal()));
      return;
    }
    if (request.hasGet()) {
      get(request.getId(), request.getGet());
      return;
    }
    Reply.Builder reply = Reply.newBuilder();
    try {
      carryOut(request, reply);
    } catch (PoolException e) {
      reply.setError(ErrorMessages.toMessage(e, SpawnReportPage::html));
    }
    try {
      channel.send(reply.setId(request.getId()).build());
    } catch (IllegalArgumentException e) {
      reply(
          request.getId(), ErrorMessages.toMessage(Error.Code.INTERNAL, "the answer is too long"));
    }
    if (request.hasStop() && reply.hasDone()) {
      stop.run();
    }
  }

  private void carryOut(Request request, Reply.Builder reply) throws PoolException {
    switch (request.getCommandCase()) {
      case HELLO -> throw new PoolException.BadRequest("Hello was said before.");
      case GET -> throw new AssertionError("answered elsewhere");
      case WITHDRAW -> {
        CompletableFuture<Session> get = waiting.get(request.getWithdraw().getRequestId());
        if (get != null) {
          get.cancel(false);
        }
        reply.setDone(Done.getDefaultInstance());
      }
      case CLOSE -> {
        LiveSession session = sessions.remove(request.getClose().getSessionId());
        if (session != null) {
          session.close();
        }
        reply.setDone(Done.getDefaultInstance());
      }
      case CLEAR -> reply.setReceipt(StatusMessages.toMessage(pool.clear()));
      case SET_MAX ->
          reply.setReceipt(
              StatusMessages.toMessage(
                  pool.setMax(Quantities.number("max", request.getSetMax().getMax()))));
      case SET_MAX_PER_APP ->
          reply.setReceipt(
              StatusMessages.toMessage(
                  pool.setMaxPerApp(
                      Quantities.number("max_per_app", request.getSetMaxPerApp().getMaxPerApp()))));
      case SET_MAX_IDLE_TIME ->
          reply.setReceipt(
              StatusMessages.toMessage(
                  pool.setMaxIdleTime(Duration.ofMillis(request.getSetMaxIdleTime().getMillis()))));
      case SET_QUEUE_MAX ->
          reply.setReceipt(
              StatusMessages.toMessage(
                  pool.setQueueMax(
                      Quantities.number("queue_max", request.getSetQueueMax().getQueueMax()))));
      case GET_ACTIVE -> reply.setNumber(Number.newBuilder().setValue(pool.active()));
      case GET_COUNT -> reply.setNumber(Number.newBuilder().setValue(pool.count()));
      case GET_SPAWN_SERVER_PID ->
          reply.setNumber(Number.newBuilder().setValue(pool.spawnServerPid()));
      case GET_STATUS -> reply.setStatus(StatusMessages.toMessage(pool.status()));
      case GET_REQUESTS -> reply.setRequests(ActivityMessages.toMessage(pool.requests()));
      case RESTART ->
          reply.setReceipt(
              StatusMessages.toMessage(
                  request.getRestart().getIfChanged()
                      ? pool.restartIfChanged(request.getRestart().getApp())
                      : pool.restart(request.getRestart().getApp())));
      case STOP -> {
        AuditLog.did(guest.who().get(), "stop");
        reply.setDone(Done.getDefaultInstance());
      }
      case COMMAND_NOT_SET ->
          reply.setError(
              ErrorMessages.toMessage(
                  Error.Code.UNIMPLEMENTED, "This server knows no such command."));
    }
  }

  private void get(long id, Get get) {
    CompletableFuture<Session> request;
    try {
      request = request(id, get);
    } catch (PoolException e) {
      reply(id, ErrorMessages.toMessage(e, SpawnReportPage::html));
      return;
    }
    if (!request.isDone()) {
      waiting.put(id, request);
    }
    var _ = request.whenComplete((session, failure) -> granted(id, session, failure));
  }

  private CompletableFuture<Session> request(long id, Get get) throws PoolException {
    if (waiting.containsKey(id)) {
      throw new PoolException.BadRequest("Request " + id + " has not been answered yet.");
    }
    Duration timeout =
        get.getTimeoutMillis() == 0
            ? facts.defaultTimeout()
            : Quantities.unsignedMillis(get.getTimeoutMillis());
    if (timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      timeout = LONGEST_TIMEOUT;
    }
    return switch (get.getAppCase()) {
      case NAME -> pool.request(get.getName(), timeout);
      case SPEC -> {
        AppSpec app = AppMessages.fromMessage(get.getSpec());
        yield pool.request(app, timeout);
      }
      case APP_NOT_SET -> throw new PoolException.BadRequest("Get names no application.");
    };
  }

  /** Answers a get; on whichever thread it was decided. */
  private void granted(long id, @Nullable Session granted, @Nullable Throwable failure) {
    waiting.remove(id);
    if (granted == null) {
      reply(id, reason(failure));
      return;
    }
    LiveSession session = (LiveSession) granted;
    long number = nextSession.getAndIncrement();
    sessions.put(number, session);
    Reply opened =
        Reply.newBuilder()
            .setId(id)
            .setSessionOpened(
                SessionOpened.newBuilder()
                    .setSessionId(number)
                    .setPid((int) session.pid())
                    .setProtocol(session.protocol()))
            .build();
    // The client's end is its own from here on; ours is closed when it has gone.
    boolean sent = channel.send(opened, session.descriptor());
    if (!sent || ended) {
      sessions.remove(number);
      session.close();
    }
  }

  private static Error reason(@Nullable Throwable failure) {
    if (failure instanceof PoolException reason) {
      return ErrorMessages.toMessage(reason, SpawnReportPage::html);
    }
    if (failure instanceof CancellationException) {
      return ErrorMessages.toMessage(Error.Code.WITHDRAWN, "The get was withdrawn.");
    }
    return ErrorMessages.toMessage(Error.Code.INTERNAL, String.valueOf(failure));
  }

  private static Error refusal(String text) {
    return ErrorMessages.toMessage(Error.Code.BAD_REQUEST, text);
  }

  private void reply(long id, Error error) {
    boolean _ = channel.send(Reply.newBuilder().setId(id).setError(error).build());
  }
}
