package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ResponseStreamTest {

  private static final int CHUNK = 100;

  private final List<String> written = new ArrayList<>();
  private final List<Callback> pending = new ArrayList<>();
  private final List<String> ends = new ArrayList<>();
  private final AtomicInteger alive = new AtomicInteger();
  private boolean slow;

  private final ResponseStream stream = new ResponseStream(this::write, 4 * CHUNK, this::over);

  private void write(boolean last, ByteBuffer bytes, Callback callback) {
    written.add(US_ASCII.decode(bytes.slice()) + (last ? "." : ""));
    if (slow) {
      pending.add(callback);
    } else {
      callback.succeeded();
    }
  }

  private void over(@Nullable Throwable fault) {
    ends.add(fault == null ? "whole" : String.valueOf(fault.getMessage()));
  }

  private RetainableByteBuffer chunk(String text) {
    alive.incrementAndGet();
    ByteBuffer bytes = ByteBuffer.allocateDirect(CHUNK);
    bytes.put(text.getBytes(US_ASCII)).flip();
    return RetainableByteBuffer.wrap(bytes, alive::decrementAndGet);
  }

  @Test
  void aSmallResponseGoesOutInOnePiece() throws Exception {
    stream.add(chunk("all"));
    assertThat(written).isEmpty();
    stream.finish(null);
    assertThat(written).containsExactly("all.");
    assertThat(ends).containsExactly("whole");
    assertThat(alive).hasValue(0);
  }

  @Test
  void anEmptyResponseGoesOutInOnePiece() {
    stream.finish(null);
    assertThat(written).containsExactly(".");
    assertThat(ends).containsExactly("whole");
  }

  @Test
  void aFlushSendsTheHeadAlone() throws Exception {
    stream.flush();
    stream.add(chunk("a"));
    assertThat(written).containsExactly("");
    stream.flush();
    stream.finish(null);
    assertThat(written).containsExactly("", "a", ".");
  }

  @Test
  void smallPiecesThatWaitShareAChunk() throws Exception {
    slow = true;
    stream.add(chunk("0"));
    stream.flush();
    for (int i = 1; i < 50; i++) {
      stream.add(chunk("" + i % 10)); // would block if each took a chunk of the limit
      stream.flush();
    }
    assertThat(alive).hasValue(2);
    pending.removeFirst().succeeded();
    assertThat(written).hasSize(2).last().asString().hasSize(49);
    stream.abandon(new EOFException("test"));
    pending.removeFirst().failed(new EOFException("test"));
    assertThat(alive).hasValue(0);
  }

  @Test
  void whoeverAddsToAFullBufferWaits() throws Exception {
    slow = true;
    String full = "x".repeat(CHUNK);
    for (int i = 0; i < 4; i++) {
      stream.add(chunk(full));
    }
    CountDownLatch added = new CountDownLatch(1);
    Thread adder =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    stream.add(chunk("y".repeat(CHUNK)));
                    added.countDown();
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    while (adder.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(added.getCount()).isEqualTo(1);
    pending.removeFirst().succeeded();
    assertThat(added.await(5, TimeUnit.SECONDS)).isTrue();
    stream.abandon(new EOFException("test"));
    pending.forEach(callback -> callback.failed(new EOFException("test")));
    assertThat(alive).hasValue(0);
  }

  @Test
  void whoeverWaitsIsToldThatNobodyReads() throws Exception {
    slow = true;
    for (int i = 0; i < 4; i++) {
      stream.add(chunk("x".repeat(CHUNK)));
    }
    Thread.ofPlatform()
        .start(
            () -> {
              stream.abandon(new EOFException("gone"));
              pending.removeFirst().failed(new EOFException("gone"));
            });
    assertThatThrownBy(() -> stream.add(chunk("y".repeat(CHUNK)))).isInstanceOf(IOException.class);
  }

  @Test
  void aFaultIsToldAfterWhatIsThereWasWritten() throws Exception {
    stream.add(chunk("half"));
    stream.finish(new IOException("cut short"));
    assertThat(written).containsExactly("half");
    assertThat(ends).containsExactly("cut short");
    assertThat(alive).hasValue(0);
  }

  @Test
  void aFaultOfAnEmptyResponseIsToldAfterItsHead() {
    stream.finish(new IOException("cut short"));
    assertThat(written).containsExactly("");
    assertThat(ends).containsExactly("cut short");
  }

  @Test
  void aClientThatIsGoneEndsTheStreamOnce() throws Exception {
    slow = true;
    stream.add(chunk("x"));
    stream.flush();
    pending.removeFirst().failed(new EOFException("gone"));
    assertThat(ends).containsExactly("gone");
    assertThatThrownBy(() -> stream.add(chunk("y"))).isInstanceOf(IOException.class);
    stream.finish(null);
    assertThat(ends).containsExactly("gone");
    assertThat(alive).hasValue(0);
  }
}
