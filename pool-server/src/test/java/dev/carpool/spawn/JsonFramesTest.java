package dev.carpool.spawn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.spawn.Frames.NoFrameException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of JSON are the frames that they stand for, or none. */
final class JsonFramesTest {

  private final JsonFrames frames = new JsonFrames();
  private final List<String> heard = new ArrayList<>();

  private long hear(String bytes) throws NoFrameException {
    return frames.incoming(
        MemorySegment.ofArray(bytes.getBytes(UTF_8)),
        (type, id, payload) ->
            heard.add(type + " " + Integer.toUnsignedString(id) + " " + shown(payload)));
  }

  private static String shown(byte[] payload) {
    return payload.length == 1 ? "" + payload[0] : new String(payload, UTF_8);
  }

  private String said(char type, int id) {
    return new String(frames.outgoing(type, id).toArray(ValueLayout.JAVA_BYTE), UTF_8);
  }

  @Test
  void aDescriptorComesWithTheWordsOfNode() {
    assertThat(said(Line.SERVE, -1))
        .isEqualTo(
            "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"serve\":4294967295}}\n");
    assertThat(said(Line.STOP, 0)).isEqualTo("{\"stop\":true}\n");
    assertThat(said(Line.DRAIN, 0)).isEqualTo("{\"drain\":true}\n");
  }

  @Test
  void eachLineIsOneFrame() throws Exception {
    hear("{\"step\":\"load \u00e9\"}\n{\"ready\":64,\"trace\":16}\n{\"failed\":\"a\\nb\"}\n");
    hear("{\"answering\":4294967295}\n{\"done\":7,\"complete\":true}\n{\"done\":8}\n");
    assertThat(heard)
        .containsExactly(
            "P 0 load \u00e9", "R 64 trace=16", "F 0 a\nb", "A 4294967295 ", "D 7 0", "D 8 1");
  }

  @Test
  void aLineThatIsNotWholeStaysWhereItIs() throws Exception {
    assertThat(hear("{\"done\":7}\n{\"do")).isEqualTo(11);
    assertThat(hear("{\"do")).isZero();
    assertThat(heard).containsExactly("D 7 1");
  }

  @Test
  void aDescriptorThatDidNotGetThroughIsADoneOfItsSessionCutShort() throws Exception {
    for (int session = 1; session <= 3; session++) {
      frames.sending(Line.SERVE, session);
    }
    frames.sending(Line.STOP, 0);
    hear("{\"cmd\":\"NODE_HANDLE_ACK\"}\n{\"cmd\":\"NODE_HANDLE_NACK\"}\n");
    hear("{\"cmd\":\"NODE_HANDLE_ACK\"}\n{\"cmd\":\"NODE_HANDLE_NACK\"}\n");
    assertThat(heard).containsExactly("D 2 1");
  }

  @Test
  void whatNodesSayToEachOtherIsNothing() throws Exception {
    hear("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"online\"}\n");
    assertThat(heard).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "hello\n",
        "[1]\n",
        "\"ready\"\n",
        "{\"x\":1}\n",
        "{\"done\":\"x\"}\n",
        "{\"done\":{}}\n",
        "{\"done\":null}\n",
        "{\"ready\":true}\n",
        "{\"done\":1} {}\n",
        "{\"cmd\":[1,2]}\n",
        "D\0\0\1\0\0\0\1\0\n"
      })
  void whatIsNoneIsNamed(String bytes) {
    assertThatThrownBy(() -> hear(bytes))
        .isInstanceOf(NoFrameException.class)
        .message()
        .matches("\"[ -~]*\"");
    assertThat(heard).isEmpty();
  }

  @Test
  void whatIsTooLongOrTooDeepIsNone() {
    assertThatThrownBy(() -> hear("x".repeat(200_000))).isInstanceOf(NoFrameException.class);
    assertThatThrownBy(() -> hear("{\"done\":" + "[".repeat(100_000) + "\n"))
        .isInstanceOf(NoFrameException.class);
  }
}
