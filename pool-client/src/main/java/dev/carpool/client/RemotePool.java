package dev.carpool.client;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.Session;
import dev.carpool.channel.MessageChannel;
import dev.carpool.descriptor.Connector;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.wire.ActivityMessages;
import dev.carpool.wire.AppMessages;
import dev.carpool.wire.Quantities;
import dev.carpool.wire.StatusMessages;
import dev.carpool.wire.proto.Clear;
import dev.carpool.wire.proto.Get;
import dev.carpool.wire.proto.GetActive;
import dev.carpool.wire.proto.GetCount;
import dev.carpool.wire.proto.GetRequests;
import dev.carpool.wire.proto.GetSpawnServerPid;
import dev.carpool.wire.proto.GetStatus;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.Restart;
import dev.carpool.wire.proto.SetMax;
import dev.carpool.wire.proto.SetMaxIdleTime;
import dev.carpool.wire.proto.SetMaxPerApp;
import dev.carpool.wire.proto.SetQueueMax;
import dev.carpool.wire.proto.Stop;
import dev.carpool.wire.proto.Welcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The pool of a pool server, over one connection with it.
 *
 * <p>Any number of gets may wait and any number of sessions be open at once. When the connection is
 * lost, everything that waits fails with {@link PoolException.Unavailable}; open sessions work on.
 *
 * <p>Futures are completed by the thread that reads the replies. What is chained to them without an
 * executor runs on it too, and must not wait: the waiting methods of this class refuse to be called
 * there with an {@link IllegalStateException}.
 *
 * <p>An {@link AppSpec} is sent without its name: the server knows the application by the real path
 * of its root.
 */
public final class RemotePool implements ApplicationPool {

  /** How long the server may take to answer anything but a get. */
  static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

  /** How much longer than its timeout a get waits for the server to say that the time is over. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** How long a server that lives may take to be connected with and to say welcome. */
  private static final Duration REACHED_WITHIN = Duration.ofSeconds(10);

  private final Dialogue dialogue;
  private final Welcome welcome;

  private RemotePool(Dialogue dialogue, Welcome welcome) {
    this.dialogue = dialogue;
    this.welcome = welcome;
  }

  /**
   * Connects to the admin socket of a running server, on which {@link #stop} is allowed as well;
   * for one that lives but cannot be reached for the moment, 10 seconds are spent. Each retry is
   * logged at info by the {@link System.Logger} of this class.
   *
   * @param name for the server's log
   * @throws PoolException.Unavailable if there is no server, or it does not answer
   * @throws PoolException.Denied if this user may not connect
   */
  public static RemotePool connect(Path adminSocket, String name) throws PoolException {
    return connect(
        adminSocket,
        name,
        REACHED_WITHIN,
        retry ->
            System.getLogger(RemotePool.class.getName())
                .log(System.Logger.Level.INFO, retry.toString()));
  }

  /**
   * Like {@link #connect(Path, String)}, with another time and log.
   *
   * @param within for connecting and the first answer together
   * @param heard told of each retry, in this thread; who is dead is not tried again
   */
  public static RemotePool connect(
      Path adminSocket, String name, Duration within, Consumer<Connector.Retry> heard)
      throws PoolException {
    return AdminDoor.enter(adminSocket, name, within, heard);
  }

  /**
   * Says Hello on a fresh connection.
   *
   * @param socket taken over
   * @throws HungUpException if the server has ended this connection
   * @throws IOException if it says nothing in time, or nothing that can be understood
   * @throws PoolException if it refuses
   */
  static RemotePool greet(Descriptor socket, String name, Duration within)
      throws IOException, PoolException {
    MessageChannel<Reply, Request> channel = MessageChannel.ofClient(socket);
    boolean welcome = false;
    try {
      Dialogue dialogue = new Dialogue(channel);
      Welcome answer = dialogue.hello(name, within);
      welcome = true;
      return new RemotePool(dialogue, answer);
    } finally {
      if (!welcome) {
        channel.close();
      }
    }
  }

  /** The server's process. */
  public long serverPid() {
    return Integer.toUnsignedLong(welcome.getPid());
  }

  /** The server's version. */
  public String serverVersion() {
    return welcome.getServer();
  }

  /** Whether the connection with the server stands, as far as is known. */
  public boolean isOpen() {
    return dialogue.isOpen();
  }

  @Override
  public CompletableFuture<Session> request(AppSpec app, Duration timeout) {
    return dialogue.get(get(timeout).setSpec(AppMessages.toMessage(app)));
  }

  @Override
  public CompletableFuture<Session> request(String appName, Duration timeout) {
    return dialogue.get(get(timeout).setName(appName));
  }

  private static Get.Builder get(Duration timeout) {
    return Get.newBuilder().setTimeoutMillis(Math.max(1, Quantities.millis(timeout)));
  }

  @Override
  public Session get(AppSpec app, Duration timeout) throws PoolException, InterruptedException {
    dialogue.mayWait();
    return await(request(app, timeout), timeout);
  }

  @Override
  public Session get(String appName, Duration timeout) throws PoolException, InterruptedException {
    dialogue.mayWait();
    return await(request(appName, timeout), timeout);
  }

  /** Waits a little longer than the server does, in case that the server has come to a halt. */
  private static Session await(CompletableFuture<Session> request, Duration timeout)
      throws PoolException, InterruptedException {
    try {
      long millis = Math.max(0, Quantities.millis(timeout));
      return request.get(
          millis + Math.min(GRACE.toMillis(), Long.MAX_VALUE - millis), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      withdraw(request);
      throw e;
    } catch (TimeoutException e) {
      withdraw(request);
      throw new PoolException.QueueTimeout(
          "The pool server has not answered, though the request's %d ms are over."
              .formatted(timeout.toMillis()),
          Duration.ofSeconds(1));
    } catch (ExecutionException e) {
      throw Dialogue.reason(e.getCause());
    }
  }

  private static void withdraw(CompletableFuture<Session> request) {
    if (!request.cancel(false) && !request.isCompletedExceptionally()) {
      request.join().close();
    }
  }

  @Override
  public Receipt clear() throws PoolException {
    return receipt(Request.newBuilder().setClear(Clear.getDefaultInstance()));
  }

  @Override
  public Receipt restart(String appName) throws PoolException {
    return receipt(Request.newBuilder().setRestart(Restart.newBuilder().setApp(appName)));
  }

  @Override
  public Receipt restartIfChanged(String appName) throws PoolException {
    Restart.Builder restart = Restart.newBuilder().setApp(appName).setIfChanged(true);
    return receipt(Request.newBuilder().setRestart(restart));
  }

  @Override
  public Receipt setMax(int max) throws PoolException {
    return receipt(Request.newBuilder().setSetMax(SetMax.newBuilder().setMax(max)));
  }

  @Override
  public Receipt setMaxPerApp(int maxPerApp) throws PoolException {
    return receipt(
        Request.newBuilder().setSetMaxPerApp(SetMaxPerApp.newBuilder().setMaxPerApp(maxPerApp)));
  }

  @Override
  public Receipt setMaxIdleTime(Duration maxIdleTime) throws PoolException {
    long millis = Quantities.millis(maxIdleTime);
    return receipt(
        Request.newBuilder()
            .setSetMaxIdleTime(
                SetMaxIdleTime.newBuilder()
                    .setMillis(maxIdleTime.isNegative() ? Math.min(-1, millis) : millis)));
  }

  @Override
  public Receipt setQueueMax(int queueMax) throws PoolException {
    return receipt(
        Request.newBuilder().setSetQueueMax(SetQueueMax.newBuilder().setQueueMax(queueMax)));
  }

  @Override
  public int active() throws PoolException {
    return (int) number(Request.newBuilder().setGetActive(GetActive.getDefaultInstance()));
  }

  @Override
  public int count() throws PoolException {
    return (int) number(Request.newBuilder().setGetCount(GetCount.getDefaultInstance()));
  }

  @Override
  public long spawnServerPid() throws PoolException {
    return number(
        Request.newBuilder().setGetSpawnServerPid(GetSpawnServerPid.getDefaultInstance()));
  }

  @Override
  public PoolStatus status() throws PoolException {
    Reply reply =
        dialogue.call(
            Request.newBuilder().setGetStatus(GetStatus.getDefaultInstance()), ANSWER_WITHIN);
    if (!reply.hasStatus()) {
      throw unexpected(reply);
    }
    try {
      return StatusMessages.fromMessage(reply.getStatus());
    } catch (IllegalArgumentException e) {
      throw new PoolException.Unavailable(
          "The pool server's status makes no sense: " + e.getMessage());
    }
  }

  @Override
  public List<RunningRequest> requests() throws PoolException {
    Reply reply =
        dialogue.call(
            Request.newBuilder().setGetRequests(GetRequests.getDefaultInstance()), ANSWER_WITHIN);
    if (!reply.hasRequests()) {
      throw unexpected(reply);
    }
    return ActivityMessages.fromMessage(reply.getRequests());
  }

  /**
   * Tells the server to shut down, which it begins to do at once.
   *
   * @throws PoolException.Denied unless this is a connection on its admin socket
   */
  public void stop() throws PoolException {
    Reply reply =
        dialogue.call(Request.newBuilder().setStop(Stop.getDefaultInstance()), ANSWER_WITHIN);
    if (!reply.hasDone()) {
      throw unexpected(reply);
    }
  }

  /**
   * Ends the connection with the server. What waits fails with {@link PoolException.Unavailable},
   * and is withdrawn by the server; open sessions work on until they are closed. The pool and other
   * clients notice nothing else.
   */
  @Override
  public void close() {
    dialogue.close();
  }

  private Receipt receipt(Request.Builder request) throws PoolException {
    Reply reply = dialogue.call(request, ANSWER_WITHIN);
    if (!reply.hasReceipt()) {
      throw unexpected(reply);
    }
    return StatusMessages.fromMessage(reply.getReceipt());
  }

  private long number(Request.Builder request) throws PoolException {
    Reply reply = dialogue.call(request, ANSWER_WITHIN);
    if (!reply.hasNumber()) {
      throw unexpected(reply);
    }
    return reply.getNumber().getValue();
  }

  private static PoolException unexpected(Reply reply) {
    return new PoolException.Unavailable(
        "The pool server answered something else: " + reply.getResultCase() + ".");
  }
}
