package dev.carpool.front;

import static dev.carpool.front.Asked.body;
import static dev.carpool.front.Asked.count;
import static dev.carpool.front.Asked.descriptors;
import static dev.carpool.front.Asked.length;
import static dev.carpool.front.Asked.memory;
import static dev.carpool.front.Asked.pid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.ContractLanguage;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is large or many costs a process in any language no memory and no descriptor. */
@ParameterizedClass
@EnumSource(ContractLanguage.class)
@Timeout(120)
final class HelperSizesIT {

  private static final int MIB = 1 << 20;

  /** What a process may grow by while it does what it has done before. */
  private static final long FLAT = 12L * MIB;

  /** How much is streamed; the whole GiB takes some seconds more. */
  private static final int STREAMED = Boolean.getBoolean("carpool.soak") ? 1024 : 256;

  private static boolean warm;

  @Parameter private ContractLanguage language = ContractLanguage.PYTHON;

  @BeforeEach
  void begin() throws IOException {
    language.assumeInstalled();
    if (!warm) {
      warm = true;
      FrontIT.warmUp();
    }
  }

  private FrontScene scene() throws IOException {
    return new FrontScene(
        PoolLimits.DEFAULT.withMax(1), language.app("whole"), Duration.ofSeconds(30));
  }

  @Test
  void aBodyOf100MbIsTakenInPieces() throws IOException {
    byte[] piece = new byte[MIB];
    Arrays.fill(piece, (byte) 'u');
    CRC32 crc = new CRC32();
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      assertThat(count(scene, piece, 10)).startsWith(10 * MIB + " ");
      long before = memory(pid);
      for (int i = 0; i < 100; i++) {
        crc.update(piece);
      }
      assertThat(count(scene, piece, 100)).isEqualTo(100L * MIB + " " + crc.getValue());
      assertThat(memory(pid)).isLessThan(before + FLAT + language.slack());
    }
  }

  @Test
  void aStreamedResponseIsNotGathered() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      body(scene, "/stream/1");
      long before = memory(pid);
      try (ScgiClient client = scene.unix().send("/stream/" + STREAMED)) {
        assertThat(client.some(12)).startsWith("Status: 200");
        assertThat(client.count()).isGreaterThan((long) STREAMED * MIB);
      }
      assertThat(memory(pid)).isLessThan(before + FLAT + language.slack());
      assertThat(pid(scene)).isEqualTo(pid);
    }
  }

  @Test
  void aFileIsSentByTheKernel() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      ScgiClient.Response file = scene.get("/file/4");
      assertThat(file.body().equals("\0".repeat(4 * MIB))).isTrue();
      assertThat(length(file)).isEqualTo("" + 4 * MIB);
      long before = memory(pid);
      try (ScgiClient client = scene.unix().send("/file/64")) {
        assertThat(client.count()).isGreaterThan(64 * MIB);
      }
      assertThat(memory(pid)).isLessThan(before + FLAT + language.slack());
    }
  }

  @Test
  void tenThousandRequestsLeaveNothingBehind() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      // Until the heap of a language with a collector has the size that it keeps.
      for (int i = 0; i < (language.servesItself() ? 4000 : 1000); i++) {
        body(scene, i % 9 == 0 ? "/about" : "/pid");
      }
      scene.awaitStatus("the last one is over", status -> status.active() == 0);
      long memory = memory(pid);
      long descriptors = descriptors(pid);
      // To start thousands of programs takes its time: all of them with the whole GiB.
      int more = language.servesItself() || STREAMED == 1024 ? 9000 : 1500;
      for (int i = 0; i < more; i++) {
        body(scene, i % 9 == 0 ? "/about" : "/pid");
      }
      assertThat(memory(pid)).isLessThan(memory + 4 * MIB);
      // The last connection may be open still: it is closed after its DONE.
      await().atMost(Duration.ofSeconds(2)).until(() -> descriptors(pid) <= descriptors);
      PoolStatus.App app = scene.pool.status().apps().getFirst();
      assertThat(app.processes()).extracting(PoolStatus.Process::pid).containsExactly(pid);
    }
  }
}
