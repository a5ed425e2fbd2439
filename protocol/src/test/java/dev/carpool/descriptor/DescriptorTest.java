package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DescriptorTest {

  private static Census before;

  private SocketPair pair;
  private final MemorySegment memory = Arena.ofAuto().allocate(64 * 1024);

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
    pair = SocketPair.open();
  }

  @AfterEach
  void close() {
    pair.close();
  }

  private MemorySegment one(int value) {
    MemorySegment one = memory.asSlice(0, 1);
    one.set(JAVA_BYTE, 0, (byte) value);
    return one;
  }

  /** Reads in another thread, and returns when that waits in the kernel. */
  private static CompletableFuture<Integer> reading(Descriptor descriptor) {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("reads-fd-" + descriptor.number())
        .start(
            () -> {
              try {
                result.complete(descriptor.read(Arena.ofAuto().allocate(10)));
              } catch (IOException e) {
                result.completeExceptionally(e);
              }
            });
    await().until(() -> isInsideRead("reads-fd-" + descriptor.number()));
    return result;
  }

  private static boolean isInsideRead(String thread) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        if (Files.readString(task.resolve("comm")).trim().equals(thread)) {
          return Files.readString(task.resolve("syscall")).matches("(0|63) .*\\s*"); // read(2)
        }
      }
    }
    return false;
  }

  @Nested
  class Closing {

    @Test
    void wakesAThreadThatReads() throws Exception {
      CompletableFuture<Integer> read = reading(pair.ours());
      pair.ours().close();
      assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(Descriptor.END);
    }

    @Test
    void isSeenByThePeer() throws Exception {
      pair.ours().close();
      assertThat(pair.theirs().read(one(0))).isEqualTo(Descriptor.END);
    }

    @Test
    void twiceClosesOnce() throws Exception {
      pair.ours().close();
      // The number is given out again, and must not be closed by the second call.
      try (SocketPair next = SocketPair.open()) {
        pair.ours().close();
        assertThat(next.ours().send(one(7), null)).isEqualTo(1);
        assertThat(next.theirs().read(one(0))).isEqualTo(1);
      }
    }

    @Test
    void neverHitsANumberThatWasGivenOutAgain() throws Exception {
      for (int round = 0; round < 3000; round++) {
        SocketPair victim = SocketPair.open();
        Descriptor contended = victim.ours();
        Thread sender =
            Thread.ofPlatform()
                .start(
                    () -> {
                      MemorySegment byteToSend = Arena.ofAuto().allocate(1);
                      try {
                        while (contended.send(byteToSend, null) != 0) {
                          Thread.onSpinWait();
                        }
                      } catch (IOException e) {
                        // closed, as is wanted
                      }
                    });
        contended.close();
        List<SocketPair> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          others.add(SocketPair.open());
        }
        sender.join();
        victim.close();
        for (SocketPair other : others) {
          // Neither shut down nor closed nor written to by those who meant the old number.
          assertThat(other.ours().await(Readiness.READABLE | Readiness.WRITABLE, Duration.ZERO))
              .isEqualTo(Readiness.WRITABLE);
          other.close();
        }
      }
    }

    @Test
    void leavesOthersTheirCopies() throws Exception {
      SocketPair session = SocketPair.open();
      pair.ours().send(one(1), session.theirs());
      session.theirs().close();
      Descriptor copy = pair.theirs().receive(one(0)).descriptor();
      assertThat(copy).isNotNull();
      copy.send(one(9), null);
      assertThat(session.ours().read(one(0))).isEqualTo(1);
      copy.close();
      session.close();
    }

    @Test
    void makesEveryCallFail() {
      pair.close();
      assertThatThrownBy(() -> pair.ours().read(one(0))).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> pair.ours().write(one(0)))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> pair.ours().send(one(0), null))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> pair.ours().receive(one(0)))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> pair.ours().await(1, null))
          .isInstanceOf(ClosedChannelException.class);
      assertThat(pair.ours().toString()).endsWith("(closed)");
    }
  }

  @Nested
  class Releasing {

    @Test
    void leavesTheNumberOpenForItsNewOwner() throws Exception {
      int number = pair.ours().release();
      pair.ours().close();
      try (Descriptor owner = Descriptor.adopt(number)) {
        assertThat(owner.send(one(1), null)).isEqualTo(1);
      }
    }

    @Test
    void isRefusedWhileSomebodyReads() throws Exception {
      CompletableFuture<Integer> read = reading(pair.ours());
      assertThatThrownBy(() -> pair.ours().release())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed or in use");
      pair.theirs().close();
      assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(Descriptor.END);
    }
  }

  @Nested
  class Passing {

    @Test
    void aDescriptorComesWithTheFirstOfItsBytesAndNotBefore() throws Exception {
      try (SocketPair session = SocketPair.open()) {
        pair.ours().send(one(1), null);
        pair.ours().send(one(2), session.theirs());
        pair.ours().send(one(3), null);
        Descriptor.Received first = pair.theirs().receive(memory.asSlice(0, 1));
        assertThat(first.descriptor()).isNull();
        Descriptor.Received rest = pair.theirs().receive(memory.asSlice(0, 10));
        assertThat(rest.length()).isBetween(1, 2);
        assertThat(rest.descriptor()).isNotNull();
        rest.descriptor().close();
      }
    }

    @Test
    void twoDescriptorsNeverComeWithOneReceive() throws Exception {
      try (SocketPair session = SocketPair.open()) {
        pair.ours().send(one(1), session.ours());
        pair.ours().send(one(2), session.theirs());
        for (int i = 0; i < 2; i++) {
          Descriptor.Received received = pair.theirs().receive(memory.asSlice(0, 10));
          assertThat(received.length()).isEqualTo(1);
          assertThat(received.descriptor()).isNotNull();
          received.descriptor().close();
        }
      }
    }

    @Test
    void ofTwoInOneMessageTheSecondIsNotLeaked() throws Throwable {
      Census quiet = Census.take();
      try (SocketPair session = SocketPair.open()) {
        Scratch scratch = Scratch.get();
        MemorySegment message = scratch.outgoing(one(1), session.ours().number(), -1);
        MemorySegment control = memory.asSlice(64, 24); // CMSG_LEN of two ints
        control.set(JAVA_LONG, 0, 24);
        control.set(JAVA_INT, 8, 1); // SOL_SOCKET
        control.set(JAVA_INT, 12, 1); // SCM_RIGHTS
        control.set(JAVA_INT, 16, session.ours().number());
        control.set(JAVA_INT, 20, session.theirs().number());
        message.set(ADDRESS, 32, control);
        message.set(JAVA_LONG, 40, 24);
        int sent = Syscall.SENDMSG.call(scratch, pair.ours().number(), Syscall.at(message), 0);
        assertThat(sent).isEqualTo(1);
        Descriptor.Received received = pair.theirs().receive(memory.asSlice(0, 10));
        if (received.descriptor() != null) {
          received.descriptor().close();
        }
      }
      Census.assertSameAs(quiet);
    }

    @Test
    void nothingThereIsSaidInsteadOfWaitedFor() throws Exception {
      assertThat(pair.theirs().receiveNow(one(0)))
          .isEqualTo(new Descriptor.Received(Descriptor.WOULD_BLOCK, null));
    }

    @Test
    void theEndOfTheStreamBringsNone() throws Exception {
      pair.ours().close();
      assertThat(pair.theirs().receive(one(0)))
          .isEqualTo(new Descriptor.Received(Descriptor.END, null));
    }

    @Test
    void aPlainReadDropsTheDescriptor() throws Exception {
      Census quiet = Census.take();
      try (SocketPair session = SocketPair.open()) {
        pair.ours().send(one(1), session.theirs());
        session.theirs().close();
        assertThat(pair.theirs().read(one(0))).isEqualTo(1);
        assertThat(session.ours().read(one(0))).isEqualTo(Descriptor.END);
      }
      Census.assertSameAs(quiet);
    }
  }

  @Nested
  class WithoutRoom {

    @Test
    void sendingSaysSoInsteadOfWaiting() throws Exception {
      int sent = 0;
      int n = pair.ours().send(memory, null);
      while (n > 0) {
        sent += n;
        n = pair.ours().send(memory, null);
      }
      assertThat(n).isEqualTo(Descriptor.WOULD_BLOCK);
      assertThat(sent).isGreaterThan(64 * 1024);
      assertThat(pair.ours().await(Readiness.WRITABLE, Duration.ofMillis(1))).isZero();
      int left = sent;
      while (left > 0) {
        left -= pair.theirs().read(memory);
      }
      assertThat(pair.ours().await(Readiness.WRITABLE, Duration.ofSeconds(1)))
          .isEqualTo(Readiness.WRITABLE);
    }

    @Test
    void anEmptyNonBlockingSocketSaysSo() throws Exception {
      pair.ours().nonBlocking();
      assertThat(pair.ours().read(one(0))).isEqualTo(Descriptor.WOULD_BLOCK);
      assertThat(pair.ours().receive(one(0)).length()).isEqualTo(Descriptor.WOULD_BLOCK);
      assertThat(pair.theirs().await(Readiness.READABLE, Duration.ZERO)).isZero();
    }

    @Test
    void aPeerThatIsGoneIsNamed() {
      pair.theirs().close();
      assertThatThrownBy(() -> pair.ours().send(one(0), null))
          .isInstanceOf(ErrnoException.class)
          .hasMessage("sendmsg failed: EPIPE (nobody reads any more)");
    }
  }

  @Nested
  class Adopting {

    @Test
    void aNegativeNumberIsRefused() {
      assertThatThrownBy(() -> Descriptor.adopt(-1)).hasMessage("not a descriptor: -1");
    }

    @Test
    void whatIsNotOpenIsNamed() {
      assertThatThrownBy(() -> UnixSocket.adopt(987))
          .isInstanceOf(IOException.class)
          .hasMessage("descriptor 987 is not open");
    }

    @Test
    void whatIsNotASocketIsNamedAndLeftOpen() throws Exception {
      Pipe pipe = Pipe.open();
      assertThatThrownBy(() -> UnixSocket.adopt(pipe.readEnd().number()))
          .hasMessage("descriptor " + pipe.readEnd().number() + " is not a socket");
      assertThat(pipe.writeEnd().write(one(1))).isEqualTo(1);
      pipe.readEnd().close();
      pipe.writeEnd().close();
    }

    @Test
    void aUnixSocketIsTaken() throws Exception {
      Descriptor adopted = UnixSocket.adopt(pair.ours().release());
      assertThat(adopted.send(one(1), null)).isEqualTo(1);
      adopted.close();
    }
  }
}
