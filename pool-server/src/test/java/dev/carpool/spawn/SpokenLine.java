package dev.carpool.spawn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.Bytes;
import dev.carpool.ContractLanguage;
import dev.carpool.api.AppSpec;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Readiness;
import dev.carpool.descriptor.Signals;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A helper that was started as a server starts it, and the server's end of its line, by hand. */
final class SpokenLine implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(10);

  /** A frame of the helper. */
  record Frame(char type, int number, byte[] payload) {
    String text() {
      return new String(payload, UTF_8);
    }
  }

  private final Process process;
  private final Ends ends;
  private final Frames frames;
  private final Deque<Frame> came = new ArrayDeque<>();
  private byte[] pending = {};
  private int sessions;

  private SpokenLine(Process process, Ends ends, Frames frames) {
    this.process = process;
    this.ends = ends;
    this.frames = frames;
  }

  static SpokenLine to(AppSpec app) throws StartProblem, IOException {
    LaunchPlan plan = LaunchPlan.of(app, ContractLanguage.HELPERS, System.getenv());
    Ends ends = Ends.open();
    try {
      return new SpokenLine(Execution.start(plan, ends), ends, plan.form().create());
    } finally {
      ends.closeTheirs();
    }
  }

  long pid() {
    return process.pid();
  }

  void signal(int signal) throws IOException {
    Signals.send(pid(), signal);
  }

  /** What one of its descriptors is. */
  String link(int number) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + pid() + "/fd/" + number)).toString();
  }

  void send(char type) throws IOException {
    send(type, null);
  }

  void send(char type, @Nullable Descriptor passed) throws IOException {
    int number = type == Line.SERVE ? ++sessions : 0;
    MemorySegment frame = frames.outgoing(type, number);
    assertThat(ends.line().ours().send(frame, passed)).isEqualTo((int) frame.byteSize());
    frames.sending(type, number);
  }

  /** Has a request served; returns our end of its connection. */
  Descriptor serve(String path) throws IOException {
    SocketPair pair = SocketPair.open();
    try (Descriptor _ = pair.theirs()) {
      serve(pair, path);
    }
    return pair.ours();
  }

  /** Has a request served on a connection of which the caller keeps both ends. */
  void serve(SocketPair pair, String path) throws IOException {
    send(pair.ours(), request(path, 0));
    send(Line.SERVE, pair.theirs());
  }

  /** The whole answer, once DONE is said. */
  String answer(String path) throws IOException {
    try (Descriptor connection = serve(path)) {
      String text = text(connection);
      assertThat(frame().type()).isEqualTo(Line.DONE);
      return text;
    }
  }

  /** What DONE says of a request's response. */
  byte whetherWhole(String path) throws IOException {
    try (Descriptor connection = serve(path)) {
      text(connection);
      Frame done = frame();
      assertThat(done.type()).isEqualTo(Line.DONE);
      return done.payload()[0];
    }
  }

  /** Ends the line, as a server that dies does. */
  void hangUp() {
    ends.line().ours().close();
  }

  /** Whether a frame is there that is no announcement of an answer. */
  boolean hasFrame() throws IOException {
    while (next() == null && ends.line().ours().ready(Readiness.READABLE) != 0) {
      receive();
    }
    return next() != null;
  }

  /** The next frame that is no announcement of an answer. */
  Frame frame() throws IOException {
    Frame next = next();
    while (next == null) {
      receive();
      next = next();
    }
    came.remove();
    return next;
  }

  /** Whether an answer is announced that has not been looked at. */
  boolean isAnswering() throws IOException {
    if (came.isEmpty() && ends.line().ours().ready(Readiness.READABLE) != 0) {
      receive();
    }
    Frame first = came.peek();
    return first != null && first.type() == Line.ANSWERING;
  }

  private @Nullable Frame next() {
    while (!came.isEmpty() && came.peek().type() == Line.ANSWERING) {
      came.remove();
    }
    return came.peek();
  }

  private void receive() throws IOException {
    Descriptor line = ends.line().ours();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(1 << 16);
      assertThat(line.await(Readiness.READABLE, SOON)).as("a frame comes").isNotZero();
      int n = line.read(bytes);
      assertThat(n)
          .as("the line goes on; the helper printed: %s", n > 0 ? "" : output())
          .isPositive();
      byte[] all = Bytes.concat(pending, bytes.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
      long taken =
          frames.incoming(
              MemorySegment.ofArray(all),
              (type, id, payload) -> came.add(new Frame(type, id, payload)));
      pending = Arrays.copyOfRange(all, (int) taken, all.length);
    } catch (Frames.NoFrameException e) {
      throw new AssertionError(e);
    }
  }

  /** The frames of a start that succeeds, READY being the last. */
  List<Frame> awaitReady() throws IOException {
    List<Frame> frames = new ArrayList<>();
    do {
      frames.add(frame());
      assertThat(frames.getLast().type()).isIn(Line.STEP, Line.READY);
    } while (frames.getLast().type() != Line.READY);
    return frames;
  }

  /** Its exit status. */
  int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  /** What it has printed, once it has ended. */
  String output() throws IOException {
    process.destroy();
    return text(ends.output().readEnd());
  }

  /** A request in SCGI, without its body. */
  static String request(String path, int length) {
    String fields =
        String.join(
            "\0",
            "CONTENT_LENGTH",
            "" + length,
            "SCGI",
            "1",
            "REQUEST_METHOD",
            length == 0 ? "GET" : "POST",
            "PATH_INFO",
            path,
            "");
    return fields.length() + ":" + fields + ",";
  }

  static void send(Descriptor connection, String bytes) throws IOException {
    connection.writeFully(segment(bytes.getBytes(ISO_8859_1)));
  }

  /** What comes next. */
  static String some(Descriptor connection) throws IOException {
    assertThat(connection.await(Readiness.READABLE, SOON)).as("something comes").isNotZero();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(1 << 16);
      int n = connection.read(bytes);
      return n < 0 ? "" : ISO_8859_1.decode(bytes.asSlice(0, n).asByteBuffer()).toString();
    }
  }

  /** All that comes. */
  static String text(Descriptor connection) throws IOException {
    StringBuilder all = new StringBuilder();
    String some;
    while (!(some = some(connection)).isEmpty()) {
      all.append(some);
    }
    return all.toString();
  }

  private static MemorySegment segment(byte[] bytes) {
    return MemorySegment.ofBuffer(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
  }

  @Override
  public void close() {
    process.destroyForcibly();
    ends.closeOurs();
  }
}
