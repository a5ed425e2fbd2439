package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventLoopTest {

  private static Census before;

  private final List<Throwable> errors = new CopyOnWriteArrayList<>();
  private final MemorySegment one = Arena.ofAuto().allocate(1);
  private EventLoop loop;
  private SocketPair pair;

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
    loop = new EventLoop("test loop", (thread, error) -> errors.add(error));
    pair = SocketPair.open();
  }

  @AfterEach
  void close() {
    loop.close();
    pair.close();
  }

  /** Returns when the loop has been through everything that was there before. */
  private void settle() throws Exception {
    for (int i = 0; i < 2; i++) {
      CountDownLatch done = new CountDownLatch(1);
      loop.later(Duration.ZERO, done::countDown); // a task could be done in the same round
      assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aReadableDescriptorIsTold() throws Exception {
    CompletableFuture<Integer> told = new CompletableFuture<>();
    EventLoop.Watch watch = loop.watch(pair.ours(), Readiness.READABLE, told::complete);
    settle();
    assertThat(told).isNotDone();
    pair.theirs().send(one, null);
    assertThat(told.get(5, TimeUnit.SECONDS)).isEqualTo(Readiness.READABLE);
    watch.end();
  }

  @Test
  void aHangUpIsToldWhateverTheInterest() throws Exception {
    CompletableFuture<Integer> told = new CompletableFuture<>();
    EventLoop.Watch watch = loop.watch(pair.ours(), 0, told::complete);
    pair.theirs().close();
    assertThat(told.get(5, TimeUnit.SECONDS) & Readiness.HANG_UP).isNotZero();
    watch.end();
  }

  @Test
  void theInterestCanChange() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<EventLoop.Watch> watch = new CompletableFuture<>();
    watch.complete(
        loop.watch(
            pair.ours(),
            0,
            ready -> {
              calls.incrementAndGet();
              try {
                watch.join().interest(0);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            }));
    settle();
    assertThat(calls).hasValue(0);
    watch.join().interest(Readiness.WRITABLE);
    await().until(() -> calls.get() == 1);
    settle();
    assertThat(calls).hasValue(1);
    watch.join().end();
  }

  @Test
  void anEventOfAnEndedWatchIsDropped() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    loop.execute(
        () -> {
          inside.countDown();
          try {
            assertThat(go.await(5, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    assertThat(inside.await(5, TimeUnit.SECONDS)).isTrue();
    EventLoop.Watch watch =
        loop.watch(pair.ours(), Readiness.WRITABLE, ready -> calls.incrementAndGet());
    watch.end();
    watch.end();
    go.countDown();
    settle();
    assertThat(calls).hasValue(0);
  }

  @Test
  void aHandlerMayEndTheOtherWatchOfTheSameRound() throws Exception {
    try (SocketPair second = SocketPair.open()) {
      AtomicInteger calls = new AtomicInteger();
      EventLoop.Watch[] watches = new EventLoop.Watch[2];
      EventLoop.Handler endsBoth =
          ready -> {
            calls.incrementAndGet();
            watches[0].end();
            watches[1].end();
          };
      CountDownLatch go = new CountDownLatch(1);
      loop.execute(
          () -> {
            try {
              assertThat(go.await(5, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      watches[0] = loop.watch(pair.ours(), Readiness.WRITABLE, endsBoth);
      watches[1] = loop.watch(second.ours(), Readiness.WRITABLE, endsBoth);
      go.countDown();
      settle();
      assertThat(calls).hasValue(1);
    }
  }

  @Test
  void anEndAfterTheCloseDoesNotTouchWhoeverHasTheNumberNow() throws Exception {
    EventLoop.Watch stale = loop.watch(pair.ours(), Readiness.READABLE, ready -> {});
    pair.close();
    try (SocketPair next = SocketPair.open()) { // gets the same numbers
      assertThat(next.ours().number()).isEqualTo(pair.ours().number());
      CompletableFuture<Integer> told = new CompletableFuture<>();
      EventLoop.Watch watch = loop.watch(next.ours(), Readiness.READABLE, told::complete);
      stale.end();
      next.theirs().send(one, null);
      assertThat(told.get(5, TimeUnit.SECONDS)).isEqualTo(Readiness.READABLE);
      watch.end();
    }
  }

  @Test
  void aHandlerThatThrowsIsReportedAndTheLoopGoesOn() throws Exception {
    loop.execute(
        () -> {
          throw new IllegalStateException("broken");
        });
    settle();
    assertThat(errors).singleElement().satisfies(e -> assertThat(e).hasMessage("broken"));
  }

  @Test
  void closingFromItsOwnThreadEndsIt() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    loop.execute(
        () -> {
          loop.close();
          done.countDown();
        });
    assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
    loop.close();
    loop.execute(() -> errors.add(new AssertionError("run after the end")));
    assertThat(errors).isEmpty();
  }
}
