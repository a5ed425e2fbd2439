package dev.carpool.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.Connection;
import dev.carpool.descriptor.Pipe;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ChildStandardStreamIT {

  private static Census before;

  @BeforeAll
  static void warmUpAndCount() throws Exception {
    // The first use opens what the library keeps.
    try (SocketPair pair = SocketPair.open()) {
      assertThat(ChildStandardStream.of(pair.theirs())).isNotNull();
    }
    before = Census.take();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    Census.assertSameAs(before);
  }

  @Test
  void aChildTalksOnASocketAsItsStandardInput() throws Exception {
    SocketPair pair = SocketPair.open();
    Process child =
        new ProcessBuilder("sh", "-c", "read line; echo \"heard $line\" >&0")
            .redirectInput(ChildStandardStream.of(pair.theirs()))
            .start();
    pair.theirs().close();
    try (Connection line = new Connection(pair.ours())) {
      line.output().write("you\n".getBytes(UTF_8));
      assertThat(new String(line.input().readAllBytes(), UTF_8)).isEqualTo("heard you\n");
    }
    assertThat(child.waitFor()).isZero();
    closeStreamsOf(child);
  }

  @Test
  void outputAndErrorsGoIntoOnePipe() throws Exception {
    Pipe pipe = Pipe.open();
    Process child =
        new ProcessBuilder("sh", "-c", "echo out; echo err >&2")
            .redirectOutput(ChildStandardStream.of(pipe.writeEnd()))
            .redirectErrorStream(true)
            .start();
    pipe.writeEnd().close();
    try (Connection said = new Connection(pipe.readEnd())) {
      assertThat(new String(said.input().readAllBytes(), UTF_8)).isEqualTo("out\nerr\n");
    }
    assertThat(child.waitFor()).isZero();
    closeStreamsOf(child);
  }

  @Test
  void aChildInheritsNothingElse() throws Exception {
    try (SocketPair pair = SocketPair.open();
        SocketPair other = SocketPair.open()) {
      Process child =
          new ProcessBuilder("sh", "-c", "ls /proc/self/fd")
              .redirectInput(ChildStandardStream.of(pair.theirs()))
              .start();
      String open = new String(child.getInputStream().readAllBytes(), UTF_8);
      assertThat(open.trim().split("\\s+")).containsExactly("0", "1", "2", "3");
      assertThat(other.ours().isOpen()).isTrue();
      closeStreamsOf(child);
    }
  }

  @Test
  void theGarbageCollectorDoesNotCloseTheDescriptor() throws Exception {
    try (SocketPair pair = SocketPair.open()) {
      for (int i = 0; i < 50; i++) {
        assertThat(ChildStandardStream.of(pair.theirs())).isNotNull();
        System.gc();
      }
      new Connection(pair.ours()).output().write("still here".getBytes(UTF_8));
      byte[] ten = new byte[10];
      assertThat(new Connection(pair.theirs()).input().read(ten)).isEqualTo(10);
    }
  }

  @Test
  void aClosedDescriptorIsRefused() throws Exception {
    SocketPair pair = SocketPair.open();
    pair.close();
    assertThatThrownBy(() -> ChildStandardStream.of(pair.theirs()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("(closed) cannot be given to a child");
  }

  private static void closeStreamsOf(Process child) throws IOException {
    child.getInputStream().close();
    child.getErrorStream().close();
    child.getOutputStream().close();
  }
}
