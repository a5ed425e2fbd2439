package dev.carpool.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestBodyTest {

  private static final ByteBufferPool POOL = new ArrayByteBufferPool();

  @TempDir Path directory;

  @Test
  void whatComesInAnyPiecesIsReadInAnyPieces() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      byte[] all = new byte[random.nextInt(100_000)];
      random.nextBytes(all);
      try (RequestBody body = new RequestBody(100_000, 60_000, directory, POOL)) {
        for (int at = 0; at < all.length; ) {
          int size = Math.min(1 + random.nextInt(20_000), all.length - at);
          body.append(ByteBuffer.wrap(all, at, size));
          at += size;
        }
        assertThat(body.length()).isEqualTo(all.length);
        assertThat(body.isInFile()).isEqualTo(all.length > 60_000);
        byte[] read = new byte[all.length];
        for (int at = 0; at < all.length; ) {
          ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(20_000));
          int n = body.read(at, into);
          assertThat(n).isPositive();
          into.flip().get(read, at, n);
          at += n;
        }
        assertThat(Arrays.equals(all, read)).as("seed %s", seed).isTrue();
        assertThat(directory).isEmptyDirectory();
      }
    }
  }

  @Test
  void oneByteTooManyIsRefused() throws Exception {
    try (RequestBody body = new RequestBody(10, 100, directory, POOL)) {
      body.append(ByteBuffer.allocate(10));
      assertThatThrownBy(() -> body.append(ByteBuffer.allocate(1)))
          .isInstanceOf(RequestBody.TooLarge.class);
    }
  }

  @Test
  void aClosedBodyKeepsAndGivesNothingMore() throws Exception {
    RequestBody body = new RequestBody(1000, 100, directory, POOL);
    body.append(ByteBuffer.allocate(10));
    body.close();
    assertThatThrownBy(() -> body.read(0, ByteBuffer.allocate(10))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> body.append(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
  }

  @Test
  void aClosedBodyOpensNoFile() {
    RequestBody body = new RequestBody(1000, 10, directory, POOL);
    body.close();
    assertThatThrownBy(() -> body.append(ByteBuffer.allocate(100))).isInstanceOf(IOException.class);
    assertThat(directory).isEmptyDirectory();
  }
}
