package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.StreamSocket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The response to one request on its way to whoever asked: the process's, or a refusal. */
final class Answer implements ProcessSide.Responses {

  /** What a helper sets before it writes the first byte of a response: see CONTRACT.md. */
  private static final int ANSWERING = 1;

  private final Descriptor client;
  private final MemorySegment buffer;
  private final Consumer<String> log;
  private final Pending pending = new Pending();
  private @Nullable ClientSide side;

  /** The connection was marked: the first byte is about to be written. */
  private boolean begun;

  /** All of it is known. */
  private boolean over;

  private boolean complete;

  /**
   * No answer yet.
   *
   * @param client whom it goes to; stays the caller's
   * @param buffer the loop's own, for the length of one call
   */
  Answer(Descriptor client, MemorySegment buffer, Consumer<String> log) {
    this.client = client;
    this.buffer = buffer;
    this.log = log;
  }

  /** How the request is written, and so the response will be. */
  ClientSide side(byte first, ClientSide.Requests requests) {
    ClientSide known = side == null ? ClientSide.of(first, requests, pending) : side;
    side = known;
    return known;
  }

  /** Whether anything was asked at all. */
  boolean isAwaited() {
    return side != null;
  }

  @Override
  public void piece(ByteBuffer cgi) {
    if (side != null && !over) {
      side.response(cgi);
    }
  }

  @Override
  public void printed(String text) {
    log.accept(text);
  }

  @Override
  public void over(boolean complete) {
    over = true;
    this.complete = complete;
    if (complete && side != null) {
      side.responseEnd();
    }
  }

  /**
   * Answers in place of the process, unless that has answered.
   *
   * @param whole whether that is all there is to say, and no response was lost
   */
  void refuse(RefusedException why, boolean whole) {
    if (over && !isMissing()) {
      return;
    }
    String words = RefusedException.shown(String.valueOf(why.getMessage()));
    log.accept("a request is refused (" + why.status() + "): " + words);
    over = true;
    if (!begun && side != null) {
      pending.clear();
      side.response(ByteBuffer.wrap(why.page().getBytes(US_ASCII)));
      side.responseEnd();
      complete = whole;
    }
  }

  /** Writes what can be written. */
  void write() throws IOException {
    if (pending.size() == 0) {
      return;
    }
    if (!begun) {
      begun = true;
      StreamSocket.priority(client, ANSWERING);
    }
    pending.writeTo(client, buffer);
  }

  /** Nobody will read it. */
  void drop() {
    pending.clear();
    complete = false;
  }

  int pending() {
    return pending.size();
  }

  boolean isOver() {
    return over;
  }

  /** The process has ended it without a word. */
  boolean isMissing() {
    return over && !complete && !begun && pending.size() == 0;
  }

  boolean isComplete() {
    return complete;
  }
}
