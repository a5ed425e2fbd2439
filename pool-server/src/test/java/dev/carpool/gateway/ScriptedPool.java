package dev.carpool.gateway;

import dev.carpool.api.AppSpec;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.Receipt;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.Session;
import dev.carpool.descriptor.SocketPair;
import dev.carpool.live.LiveSession;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A pool whose processes do what the test says: each session is one script in one thread. */
final class ScriptedPool implements ApplicationPool {

  /** What the process at the other end does with one connection. */
  interface Script {
    void play(ScriptedProcess process) throws Exception;
  }

  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger givenBack = new AtomicInteger();
  final Set<CompletableFuture<Session>> waiting = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
  private final Set<Thread> processes = ConcurrentHashMap.newKeySet();
  private volatile @Nullable PoolException refusal;
  private volatile boolean full;
  private volatile CountDownLatch nextAsked = new CountDownLatch(1);

  void next(Script script) {
    scripts.add(script);
  }

  /** From now on every request is refused; null for an end of that. */
  void refuse(@Nullable PoolException refusal) {
    this.refusal = refusal;
  }

  /** From now on every request waits. */
  void letWait() {
    full = true;
  }

  boolean awaitAsked() throws InterruptedException {
    return nextAsked.await(5, TimeUnit.SECONDS);
  }

  @Override
  public CompletableFuture<Session> request(AppSpec app, Duration timeout) {
    asked.incrementAndGet();
    nextAsked.countDown();
    PoolException refused = refusal;
    if (refused != null) {
      return CompletableFuture.failedFuture(refused);
    }
    CompletableFuture<Session> answer = new CompletableFuture<>();
    if (full) {
      waiting.add(answer);
      answer.whenComplete((session, failure) -> waiting.remove(answer));
      return answer;
    }
    Script script = scripts.poll();
    if (script == null) {
      throw new IllegalStateException("the test has no script for this request");
    }
    try {
      SocketPair pair = SocketPair.open();
      LiveSession session =
          new LiveSession(asked.get(), 4711, pair.ours(), givenBack::incrementAndGet);
      ScriptedProcess process = new ScriptedProcess(pair.theirs(), session);
      Thread thread = Thread.ofPlatform().name("process").unstarted(() -> process.run(script));
      processes.add(thread);
      thread.start();
      answer.complete(session);
    } catch (IOException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  /** Waits until every process has played its script to the end. */
  void awaitProcesses() throws InterruptedException {
    for (Thread process : processes) {
      process.join(5000);
      if (process.isAlive()) {
        throw new AssertionError("a process still plays its script");
      }
    }
  }

  @Override
  public CompletableFuture<Session> request(String appName, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<RunningRequest> requests() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt clear() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt restartIfChanged(String appName) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt restart(String appName) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt setMax(int max) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt setMaxPerApp(int maxPerApp) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt setMaxIdleTime(Duration maxIdleTime) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Receipt setQueueMax(int queueMax) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int active() {
    return 0;
  }

  @Override
  public int count() {
    return 0;
  }

  @Override
  public long spawnServerPid() {
    return 0;
  }

  @Override
  public PoolStatus status() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
