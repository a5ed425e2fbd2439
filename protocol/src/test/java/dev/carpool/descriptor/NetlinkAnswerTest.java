package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetlinkAnswerTest {

  private static final int SEQUENCE = 7;
  private static final int ENTRY = 20;
  private static final int ERROR = 2;
  private static final int DONE = 3;
  private static final int MULTI = 2;
  private static final int INTERRUPTED = 0x10;

  private final NetlinkSocket.Answer answer = new NetlinkSocket.Answer(SEQUENCE);
  private final List<String> entries = new ArrayList<>();

  @Test
  void comesInManyDatagramsUntilItsEnd() throws Exception {
    take(
        message(ENTRY, MULTI, SEQUENCE, "one".getBytes()),
        message(ENTRY, MULTI, SEQUENCE, "22".getBytes()));
    assertThat(answer.ended).isFalse();
    take(message(ENTRY, MULTI, SEQUENCE, "three".getBytes()));
    take(message(DONE, MULTI, SEQUENCE, number(0)));

    assertThat(answer.ended).isTrue();
    assertThat(answer.interrupted).isFalse();
    assertThat(entries).containsExactly("one", "22", "three");
  }

  @Test
  void isARefusalWithTheKernelsReason() {
    ErrnoException refusal =
        catchThrowableOfType(
            ErrnoException.class, () -> take(message(ERROR, 0, SEQUENCE, number(-2))));

    assertThat(refusal.errno()).isEqualTo(Errno.ENOENT);
    assertThat(answer.ended).isTrue();
  }

  @Test
  void mayFailAtItsEnd() {
    assertThatThrownBy(() -> take(message(DONE, MULTI, SEQUENCE, number(-105))))
        .hasMessageContaining("ENOBUFS");
  }

  @Test
  void saysThatTheListChangedWhileItWasMade() throws Exception {
    take(
        message(ENTRY, MULTI | INTERRUPTED, SEQUENCE, "one".getBytes()),
        message(DONE, MULTI, SEQUENCE, number(0)));

    assertThat(answer.interrupted).isTrue();
    assertThat(answer.ended).isTrue();
  }

  @Test
  void ofARequestThatWasGivenUpIsPassedOver() throws Exception {
    take(
        message(ENTRY, MULTI, SEQUENCE - 1, "old".getBytes()),
        message(DONE, MULTI, SEQUENCE - 1, number(0)),
        message(ENTRY, MULTI, SEQUENCE, "new".getBytes()));

    assertThat(entries).containsExactly("new");
    assertThat(answer.ended).isFalse();
  }

  @Test
  void thatIsCutShortIsAnError() {
    ByteBuffer whole = message(ENTRY, MULTI, SEQUENCE, "whole".getBytes());
    assertThatThrownBy(() -> answer.take(whole.limit(whole.limit() - 4), entry -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut short");
    assertThatThrownBy(
            () -> answer.take(ByteBuffer.allocate(16).order(ByteOrder.nativeOrder()), entry -> {}))
        .hasMessageContaining("0 bytes");
  }

  private void take(ByteBuffer... messages) throws IOException {
    ByteBuffer datagram = ByteBuffer.allocate(1024).order(ByteOrder.nativeOrder());
    for (ByteBuffer message : messages) {
      datagram.put(message);
    }
    answer.take(
        datagram.flip(),
        entry -> {
          byte[] bytes = new byte[entry.remaining()];
          entry.get(bytes);
          entries.add(new String(bytes));
        });
  }

  private static byte[] number(int number) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(number).array();
  }

  /** A message, padded to a multiple of four. */
  private static ByteBuffer message(int type, int flags, int sequence, byte[] payload) {
    int length = 16 + payload.length;
    return ByteBuffer.allocate((length + 3) & ~3)
        .order(ByteOrder.nativeOrder())
        .putInt(length)
        .putShort((short) type)
        .putShort((short) flags)
        .putInt(sequence)
        .putInt(0)
        .put(payload)
        .rewind();
  }
}
