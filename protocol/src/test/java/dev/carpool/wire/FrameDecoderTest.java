package dev.carpool.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.wire.proto.Close;
import dev.carpool.wire.proto.Get;
import dev.carpool.wire.proto.Hello;
import dev.carpool.wire.proto.Request;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {

  private final FrameDecoder<Request> decoder = new FrameDecoder<>(Request.parser());

  private static Request get(int id, int nameLength) {
    return Request.newBuilder()
        .setId(id)
        .setGet(Get.newBuilder().setName("x".repeat(nameLength)))
        .build();
  }

  private void arrive(String hex) {
    decoder.add(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
  }

  @Nested
  class WhenFramesArrive {

    @Test
    void manyInOnePieceComeOutInOrder() throws Exception {
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (int i = 0; i < 100; i++) {
        stream.write(Frame.of(get(i, i)));
      }
      decoder.add(ByteBuffer.wrap(stream.toByteArray()));
      for (int i = 0; i < 100; i++) {
        assertThat(decoder.next()).isEqualTo(get(i, i));
      }
      assertThat(decoder.next()).isNull();
      assertThat(decoder.insideFrame()).isFalse();
    }

    @Test
    void anySplitGivesTheSameMessages() throws Exception {
      for (long seed = 1; seed <= 300; seed++) {
        Random random = new Random(seed);
        List<Request> sent = new ArrayList<>();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < 1 + random.nextInt(30); i++) {
          Request request = get(i, random.nextInt(random.nextInt(10) == 0 ? 70_000 : 300));
          sent.add(request);
          stream.write(Frame.of(request));
        }
        assertThat(decodeInPieces(stream.toByteArray(), random))
            .as("seed %d", seed)
            .isEqualTo(sent);
      }
    }

    private List<Request> decodeInPieces(byte[] bytes, Random random) throws Exception {
      List<Request> got = new ArrayList<>();
      int at = 0;
      while (at < bytes.length) {
        int size = Math.min(1 + random.nextInt(random.nextBoolean() ? 4 : 5000), bytes.length - at);
        decoder.add(ByteBuffer.wrap(bytes, at, size));
        at += size;
        for (Request next = decoder.next(); next != null; next = decoder.next()) {
          got.add(next);
        }
      }
      assertThat(decoder.insideFrame()).isFalse();
      return got;
    }

    @Test
    void theLongestIsTaken() throws Exception {
      Request longest = get(1, Frame.MAX_MESSAGE - 10);
      assertThat(longest.getSerializedSize()).isEqualTo(Frame.MAX_MESSAGE);
      decoder.add(ByteBuffer.wrap(Frame.of(longest)));
      assertThat(decoder.next()).isEqualTo(longest);
    }

    @Test
    void anEmptyMessageIsOne() throws Exception {
      arrive("00");
      assertThat(decoder.next()).isEqualTo(Request.getDefaultInstance());
    }

    @Test
    void aLengthMayTakeMoreBytesThanItNeeds() throws Exception {
      arrive("82 80 00 08 07");
      assertThat(decoder.next()).isEqualTo(Request.newBuilder().setId(7).build());
    }

    @Test
    void halfOfOneIsWaitedFor() throws Exception {
      byte[] frame = Frame.of(get(7, 100));
      decoder.add(ByteBuffer.wrap(frame, 0, 50));
      assertThat(decoder.next()).isNull();
      assertThat(decoder.insideFrame()).isTrue();
      assertThat(decoder.pending()).isEqualTo(50);
      decoder.add(ByteBuffer.wrap(frame, 50, frame.length - 50));
      assertThat(decoder.next()).isEqualTo(get(7, 100));
    }
  }

  @Nested
  class WhenTheBytesAreNoFrame {

    @Test
    void aLengthOfTwoGigabytesIsRefusedFromItsLengthAlone() {
      arrive("80 80 80 80 08");
      assertThatThrownBy(decoder::next)
          .isInstanceOf(MalformedFrameException.class)
          .hasMessage(
              "a frame of 2147483648 bytes, or -2147483648 as a signed number, is too long: at"
                  + " most 1048576 (1 MiB)");
    }

    @Test
    void oneByteOverTheLimitIsTooLong() {
      arrive("81 80 40");
      assertThatThrownBy(decoder::next)
          .isInstanceOf(MalformedFrameException.class)
          .hasMessage("a frame of 1048577 bytes is too long: at most 1048576 (1 MiB)");
    }

    @Test
    void aNegativeLengthOf32BitsIsNamed() {
      arrive("ff ff ff ff 0f");
      assertThatThrownBy(decoder::next)
          .isInstanceOf(MalformedFrameException.class)
          .hasMessageContaining("or -1 as a signed number, is too long");
    }

    @Test
    void aNegativeLengthOf64BitsIsNoVarintOfFiveBytes() {
      arrive("ff ff ff ff ff ff ff ff ff 01");
      assertThatThrownBy(decoder::next)
          .isInstanceOf(MalformedFrameException.class)
          .hasMessageContaining("not a varint of at most 5 bytes")
          .hasMessageContaining("ff ff ff ff ff");
    }

    @Test
    void garbageInTheMessageIsSaidToBeNone() {
      arrive("03 ff ff ff");
      assertThatThrownBy(decoder::next)
          .isInstanceOf(MalformedFrameException.class)
          .hasMessageContaining("a frame of 3 bytes holds no valid message");
    }

    @Test
    void randomBytesNeverDoMoreThanBeRefused() {
      for (long seed = 1; seed <= 20_000; seed++) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
        FrameDecoder<Request> victim = new FrameDecoder<>(Request.parser());
        victim.add(ByteBuffer.wrap(bytes));
        try {
          while (victim.next() != null) {
            // Some random bytes are messages.
          }
        } catch (MalformedFrameException e) {
          assertThat(e.getMessage()).isNotBlank();
        }
      }
    }
  }

  @Nested
  class WhenAFrameIsMade {

    @Test
    void aMessageThatIsTooLongIsRefused() {
      assertThatThrownBy(() -> Frame.of(get(1, Frame.MAX_MESSAGE)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is too long: at most 1048576");
    }

    @Test
    void itIsTheLengthAndTheMessage() {
      Request close =
          Request.newBuilder().setId(7).setClose(Close.newBuilder().setSessionId(1)).build();
      assertThat(HexFormat.ofDelimiter(" ").formatHex(Frame.of(close)))
          .isEqualTo("06 08 07 2a 02 08 01");
    }

    @Test
    void aLongNameIsTakenToo() {
      Request hello =
          Request.newBuilder().setHello(Hello.newBuilder().setName("é".repeat(200))).build();
      byte[] frame = Frame.of(hello);
      assertThat(frame).hasSize(2 + hello.getSerializedSize());
    }
  }
}
