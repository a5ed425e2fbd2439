package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.Readiness;
import dev.carpool.descriptor.StreamSocket;
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
final class Exchange implements Relay.Running {

  /** What becomes of an exchange. */
  interface Outcome {
    /** Something for the application's log. */
    void printed(String text);

    /** The place is free; called once, while the connections are open, unless the process ends. */
    void done(boolean complete);

    /** Nothing is left of it. */
    void closed();
  }

  /** What a helper sets before it writes the first byte of a response: see CONTRACT.md. */
  private static final int ANSWERING = 1;

  private static final int HELD = 64 * 1024;
  private static final int GONE = Readiness.HANG_UP | Readiness.ERROR;

  /** How long names and values may take once they have begun. */
  private static final Duration FOR_HEAD = Duration.ofSeconds(10);

  /** How long a process that has closed without an answer may take to be found dead. */
  private static final Duration FOR_ITS_END = Duration.ofMillis(200);

  /** How much of a body that nobody wants is thrown away, and for how long. */
  private static final int MOST_DISCARDED = 1 << 20;

  private static final Duration FOR_DISCARDING = Duration.ofMillis(333);

  private final EventLoop loop;
  private final MemorySegment buffer;
  private final Relay.Place place;
  private final Dialect dialect;
  private final Watched client;
  private Watched process;
  private final Outcome outcome;
  private final Pending toClient = new Pending();
  private final Pending toProcess = new Pending();
  private final ProcessSide processSide;
  private @Nullable ClientSide clientSide;
  private EventLoop.@Nullable Timer timer;

  /** The request has come whole. */
  private boolean requested;

  /** The process was given something. */
  private boolean begun;

  /** The connection was marked: the first byte of the response is about to be written. */
  private boolean answered;

  /** All of the response is known. */
  private boolean over;

  private boolean complete;

  /**
   * Whoever asked has gone, and the process is waited for: it has finished when it takes the next
   * connection.
   */
  private boolean alone;

  /** How much of the request was thrown away; negative as long as it is wanted. */
  private int discarded = -1;

  private volatile String request = "";
  private boolean told;
  private boolean closed;

  /**
   * An exchange that has not begun.
   *
   * @param buffer the loop's own, for the length of one call
   * @param client non-blocking; owned by the exchange, as the next one, if this returns
   * @param process non-blocking and connected
   */
  Exchange(
      EventLoop loop,
      MemorySegment buffer,
      Descriptor client,
      Descriptor process,
      Relay.Place place,
      Dialect dialect,
      Outcome outcome) {
    this.loop = loop;
    this.buffer = buffer;
    this.outcome = outcome;
    this.place = place;
    this.dialect = dialect;
    processSide = dialect.process(toProcess, new FromProcess());
    this.client = new Watched(client, loop, this::clientReady);
    this.process = new Watched(process, loop, this::processReady);
  }

  /** Whoever asked has mostly said it by now. */
  void begin() {
    clientReady(Readiness.READABLE);
  }

  /**
   * The process is no more. What it has written is still passed on; without an end to it, nothing
   * is told.
   */
  @Override
  public void processGone() {
    process.end();
    try {
      while (!over && readProcess()) {}
    } catch (IOException e) {
      over = false;
    }
    if (over && complete) {
      tell();
      advance();
    } else {
      close();
    }
  }

  @Override
  public String request() {
    return request;
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

  private void processReady(int bits) {
    try {
      if ((bits & GONE) != 0) {
        process.end(); // it would be reported for ever
      }
      if ((bits & (GONE | Readiness.READABLE)) != 0) {
        var _ = readProcess();
      }
    } catch (IOException e) {
      processSide.closed();
    }
    advance();
  }

  private void readClient() throws IOException {
    int n = client.descriptor.read(buffer);
    if (n == Descriptor.WOULD_BLOCK) {
      return;
    }
    if (n == Descriptor.END) {
      if (clientSide == null) {
        complete = true; // nothing was asked
        finish();
      } else {
        clientGone();
      }
      return;
    }
    ByteBuffer bytes = buffer.asSlice(0, n).asByteBuffer();
    if (clientSide == null) {
      clientSide = ClientSide.of(bytes.get(0), new FromClient(), toClient);
      timer = loop.later(FOR_HEAD, this::headIsLate);
    }
    if (discarded >= 0) {
      discarded += n;
      if (discarded > MOST_DISCARDED) {
        finish();
        return;
      }
    }
    try {
      clientSide.take(bytes);
    } catch (RefusedException e) {
      refuse(e);
    }
  }

  private void headIsLate() {
    refuse(RefusedException.badRequest("its head is not complete after " + FOR_HEAD));
    advance();
  }

  /** Returns whether there may be more. */
  private boolean readProcess() throws IOException {
    int n = process.descriptor.read(buffer);
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

  /** Answers in place of the process. */
  private void refuse(RefusedException why) {
    if (over || closed) {
      return;
    }
    cancelTimer();
    outcome.printed("a request is refused (" + why.status() + "): " + why.getMessage());
    over = true;
    if (!answered && clientSide != null) {
      toClient.clear();
      clientSide.response(ByteBuffer.wrap(why.page().getBytes(US_ASCII)));
      clientSide.responseEnd();
      complete = !begun;
    }
  }

  private void clientGone() {
    if (closed || alone) {
      return;
    }
    toClient.clear();
    complete = false;
    if (!begun || over || !dialect.isOneAtATime()) {
      finish();
      return;
    }
    alone = true;
    client.end();
    toProcess.clear();
    process.close(); // which it notices when it writes
    try {
      Descriptor next = place.connect();
      process = new Watched(next, loop, ready -> finish());
      process.interest(Readiness.READABLE);
      dialect.probe(next);
    } catch (IOException e) {
      finish();
    }
  }

  /** Writes what can be written, and waits for what has to come next. */
  private void advance() {
    if (closed || alone) {
      return;
    }
    writeToProcess();
    try {
      if (toClient.size() > 0) {
        if (!answered) {
          answered = true;
          StreamSocket.priority(client.descriptor, ANSWERING);
        }
        toClient.writeTo(client.descriptor, buffer);
      }
      while (process.isEnded() && !over && toClient.size() < HELD && readProcess()) {}
    } catch (IOException e) {
      clientGone();
    }
    if (closed || alone) {
      return;
    }
    if (over && toClient.size() == 0 && timer == null) {
      respondedTo();
    }
    if (!closed) {
      await();
    }
  }

  private void writeToProcess() {
    if (toProcess.size() == 0 || !(begun || requested || toProcess.size() >= HELD)) {
      return;
    }
    begun = true;
    try {
      toProcess.writeTo(process.descriptor, buffer);
    } catch (IOException e) {
      toProcess.clear(); // it reads no more, but may have answered
    }
  }

  /** All of the response was written. */
  private void respondedTo() {
    if (requested) {
      finish();
      return;
    }
    discarded = 0;
    process.end();
    timer = loop.later(FOR_DISCARDING, this::finish);
  }

  private void await() {
    try {
      boolean reading = discarded >= 0 || (!requested && toProcess.size() < HELD + HELD);
      client.interest(
          (reading ? Readiness.READABLE : 0) | (toClient.size() > 0 ? Readiness.WRITABLE : 0));
      boolean writing = toProcess.size() > 0 && begun;
      boolean open = !over && toClient.size() < HELD;
      process.interest((open ? Readiness.READABLE : 0) | (writing ? Readiness.WRITABLE : 0));
    } catch (IOException e) {
      finish();
    }
  }

  private void finish() {
    if (!closed) {
      tell();
      try {
        client.descriptor.shutdownOutput(); // the requester may still have a copy
      } catch (IOException e) {
        // It has gone.
      }
      close();
    }
  }

  private void tell() {
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

  private final class FromClient implements ClientSide.Requests {
    @Override
    public void head(RequestHead head) throws RefusedException {
      cancelTimer();
      String line = head.value("REQUEST_METHOD") + " " + head.path();
      request = CharMatcher.javaIsoControl().replaceFrom(Ascii.truncate(line, 500, "..."), '?');
      processSide.head(head);
    }

    @Override
    public void body(ByteBuffer piece) {
      if (discarded < 0) {
        processSide.body(piece);
      }
    }

    @Override
    public void end() {
      requested = true;
      if (discarded < 0) {
        processSide.end();
      } else {
        cancelTimer();
      }
    }
  }

  private final class FromProcess implements ProcessSide.Responses {
    @Override
    public void piece(ByteBuffer cgi) {
      if (clientSide != null) {
        clientSide.response(cgi);
      }
    }

    @Override
    public void printed(String text) {
      outcome.printed(text);
    }

    @Override
    public void over(boolean complete) {
      over = true;
      Exchange.this.complete = complete;
      if (complete && clientSide != null) {
        clientSide.responseEnd();
      } else if (!answered && toClient.size() == 0) {
        timer = loop.later(FOR_ITS_END, Exchange.this::noAnswer);
      }
    }
  }

  /** The process lives, but has closed the connection without a word. */
  private void noAnswer() {
    cancelTimer();
    over = false;
    refuse(new RefusedException("502 Bad Gateway", "it closed the connection without an answer"));
    advance();
  }
}
