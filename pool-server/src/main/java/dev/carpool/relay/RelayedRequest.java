package dev.carpool.relay;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request between whoever asked and a process that listens by itself. Confined to the loop.
 *
 * <p>Neither side is read while the other has not taken what came before, so that little is kept.
 * Nothing goes to the process before the request is whole, or {@link #HELD} of it has come: of
 * whoever hangs up before that the process hears nothing.
 */
final class RelayedRequest implements Relay.Running {

  private static final int HELD = 64 * 1024;
  private static final int GONE = Readiness.HANG_UP | Readiness.ERROR;

  /** How long names and values may take once they have begun. */
  private static final Duration FOR_HEAD = Duration.ofSeconds(10);

  /** How long a process that has closed without an answer may take to be found dead. */
  private static final Duration FOR_ITS_END = Duration.ofMillis(200);

  /** How much of a body that nobody wants is thrown away, and for how long. */
  private static final int MOST_DISCARDED = 1 << 20;

  /** More than the kernel keeps of what a process has written. */
  private static final int MOST_LEFT = 4 << 20;

  private static final Duration FOR_DISCARDING = Duration.ofMillis(333);

  private static final RefusedException HEAD_IS_LATE =
      RefusedException.badRequest("its names and values have not come whole in time");
  private static final RefusedException NO_ANSWER =
      new RefusedException("502 Bad Gateway", "it closed the connection without an answer");

  private final EventLoop loop;
  private final MemorySegment buffer;
  private final Watched client;
  private final Watched process;
  private final boolean oneAtATime;
  private final Outcome outcome;
  private final Pending toProcess = new Pending();
  private final Answer answer;
  private final ProcessSide processSide;
  private final Incoming incoming;
  private EventLoop.@Nullable Timer timer;

  /** The process was given something. */
  private boolean begun;

  /** How much of the request was thrown away; negative as long as it is wanted. */
  private int discarded = -1;

  private boolean told;
  private boolean closed;

  /**
   * A request that has not been read.
   *
   * @param buffer the loop's own, for the length of one call
   * @param client non-blocking; owned by this from now on, as the next one
   * @param process non-blocking and connected
   */
  RelayedRequest(
      EventLoop loop,
      MemorySegment buffer,
      Descriptor client,
      Descriptor process,
      Dialect dialect,
      Outcome outcome) {
    this.loop = loop;
    this.buffer = buffer;
    this.outcome = outcome;
    this.client = new Watched(client, loop, this::clientReady);
    this.process = new Watched(process, loop, this::processReady);
    oneAtATime = dialect.isOneAtATime();
    answer = new Answer(client, buffer, outcome::printed);
    processSide = dialect.process(toProcess, answer);
    incoming = new Incoming(processSide);
  }

  /** Whoever asked has mostly said it by now. */
  void begin() {
    clientReady(Readiness.READABLE);
  }

  @Override
  public String request() {
    return incoming.line();
  }

  /**
   * The process is no more. What it has written is still passed on; without an end to it, nothing
   * is told.
   */
  @Override
  public void processGone() {
    process.end();
    while (!answer.isOver() && answer.pending() < MOST_LEFT && readProcess()) {}
    if (answer.isOver() && answer.isComplete()) {
      tell(true);
      advance();
    } else {
      close();
    }
  }

  private void clientReady(int bits) {
    try {
      if ((bits & Readiness.READABLE) != 0) {
        readClient();
      }
      if (!closed && (bits & GONE) != 0) {
        clientGone();
      }
    } catch (IOException e) {
      clientGone();
    }
    advance();
  }

  private void readClient() throws IOException {
    int n = client.descriptor.read(buffer);
    if (n == Descriptor.WOULD_BLOCK) {
      return;
    }
    if (n == Descriptor.END) {
      if (answer.isAwaited()) {
        clientGone();
      } else {
        finish(true); // nothing was asked
      }
      return;
    }
    ByteBuffer bytes = buffer.asSlice(0, n).asByteBuffer();
    if (discarded >= 0) {
      discarded += n;
      if (discarded > MOST_DISCARDED) {
        finish(answer.isComplete());
        return;
      }
    }
    boolean known = !incoming.line().isEmpty();
    try {
      answer.side(bytes.get(0), incoming).take(bytes);
    } catch (RefusedException e) {
      isWrong(e);
    }
    if (incoming.wrong() != null) {
      isWrong(incoming.wrong());
    }
    if (incoming.line().isEmpty()) {
      awaitHead();
    } else if (!known || (incoming.isWhole() && discarded >= 0)) {
      cancelTimer();
    }
  }

  /** Most heads come in one piece, and need no timer. */
  private void awaitHead() {
    if (timer == null && discarded < 0) {
      timer = loop.later(FOR_HEAD, () -> giveUp(HEAD_IS_LATE));
    }
  }

  /** What has been given to the process cannot be taken back, so its request is broken off. */
  private void isWrong(RefusedException why) {
    if (begun && !answer.isOver()) {
      clientGone();
    } else {
      refuse(why);
    }
  }

  private void refuse(RefusedException why) {
    if (closed || discarded >= 0) {
      return;
    }
    cancelTimer();
    answer.refuse(why, !begun);
    if (!begun) {
      discarded = 0; // the process is to hear nothing of it
      incoming.discard();
      toProcess.clear();
    }
  }

  private void clientGone() {
    if (closed) {
      return;
    }
    if (discarded >= 0 && answer.pending() == 0) {
      finish(answer.isComplete()); // it has read all that it wanted
      return;
    }
    answer.drop();
    if (!begun || answer.isOver() || !oneAtATime) {
      finish(false);
      return;
    }
    told = true;
    outcome.abandoned();
    close(); // which the process notices when it writes
  }

  private void processReady(int bits) {
    if ((bits & GONE) != 0) {
      process.end(); // it would be reported for ever
    }
    if ((bits & (GONE | Readiness.READABLE)) != 0) {
      var _ = readProcess();
    }
    advance();
  }

  /** Returns whether there may be more. */
  private boolean readProcess() {
    int n;
    try {
      n = process.descriptor.read(buffer);
    } catch (IOException e) {
      n = Descriptor.END; // reset, which is an end as well
    }
    if (n == Descriptor.END) {
      process.end();
      processSide.closed();
    } else if (n > 0) {
      try {
        processSide.take(buffer.asSlice(0, n).asByteBuffer());
      } catch (RefusedException e) {
        refuse(e);
      }
    }
    return n > 0;
  }

  /** Writes what can be written, and waits for what has to come next. */
  private void advance() {
    if (closed) {
      return;
    }
    writeToProcess();
    try {
      answer.write();
    } catch (IOException e) {
      clientGone();
      return;
    }
    while (process.isEnded() && !answer.isOver() && answer.pending() < HELD && readProcess()) {}
    if (answer.isMissing() && timer == null) {
      timer = loop.later(FOR_ITS_END, () -> giveUp(NO_ANSWER));
    }
    if (answer.isOver() && answer.pending() == 0 && timer == null) {
      responded();
    }
    if (!closed) {
      await();
    }
  }

  private void writeToProcess() {
    if (toProcess.size() == 0 || !(begun || incoming.isWhole() || toProcess.size() >= HELD)) {
      return;
    }
    begun = true;
    try {
      toProcess.writeTo(process.descriptor, buffer);
    } catch (IOException e) {
      toProcess.clear(); // it reads no more, but may have answered
    }
  }

  private void giveUp(RefusedException why) {
    refuse(why);
    if (!answer.isAwaited()) {
      finish(false); // nobody to tell it to
    }
    advance();
  }

  /** All of the response was written. */
  private void responded() {
    if (incoming.isWhole()) {
      finish(answer.isComplete());
      return;
    }
    discarded = Math.max(0, discarded);
    incoming.discard();
    process.end();
    timer = loop.later(FOR_DISCARDING, () -> finish(answer.isComplete()));
  }

  private void await() {
    try {
      boolean reading = discarded >= 0 || (!incoming.isWhole() && toProcess.size() < HELD + HELD);
      client.interest(
          (reading ? Readiness.READABLE : 0) | (answer.pending() > 0 ? Readiness.WRITABLE : 0));
      boolean writing = toProcess.size() > 0 && begun;
      boolean open = !answer.isOver() && answer.pending() < HELD;
      process.interest((open ? Readiness.READABLE : 0) | (writing ? Readiness.WRITABLE : 0));
    } catch (IOException e) {
      finish(false);
    }
  }

  private void finish(boolean complete) {
    if (closed) {
      return;
    }
    tell(complete);
    try {
      client.descriptor.shutdownOutput(); // the requester may still have a copy
    } catch (IOException e) {
      // It has gone.
    }
    close();
  }

  private void tell(boolean complete) {
    if (!told) {
      told = true;
      outcome.done(complete);
    }
  }

  private void close() {
    closed = true;
    cancelTimer();
    client.close();
    process.close();
    outcome.closed();
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
