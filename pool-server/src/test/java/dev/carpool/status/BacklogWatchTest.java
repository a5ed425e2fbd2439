package dev.carpool.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.AcceptQueues;
import dev.carpool.backlog.ListenerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The watch over accept queues, where the kernel does not answer. */
class BacklogWatchTest {

  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private volatile boolean failing;

  private BacklogWatch.Look open() {
    opened.incrementAndGet();
    return new BacklogWatch.Look() {
      @Override
      public AcceptQueues.Listing look() throws IOException {
        if (failing) {
          throw new IOException("the kernel does not answer on netlink");
        }
        AcceptQueue queue =
            new AcceptQueue(
                new ListenerAddress.Tcp(InetAddress.getLoopbackAddress(), 80), 7, 3, 511, -1, 0);
        return new AcceptQueues.Listing(ImmutableList.of(queue), ImmutableList.of());
      }

      @Override
      public void close() {
        closed.incrementAndGet();
      }
    };
  }

  @Test
  void whatFailsOnceIsTriedAgainAndNothingOldIsShownMeanwhile() {
    try (BacklogWatch watch = new BacklogWatch(this::open, Duration.ofMillis(1))) {
      watch.watch(List.of(WatchedListener.own("blog", 7)));
      await().until(() -> watch.listeners().size() == 1);

      failing = true;
      await().until(() -> watch.listeners().isEmpty());
      await().until(() -> opened.get() > 2);

      failing = false;
      await().until(() -> watch.listeners().size() == 1);
      assertThat(watch.listeners().getFirst().waiting()).isEqualTo(3);
    }
    assertThat(closed).hasValue(opened.get());
  }
}
