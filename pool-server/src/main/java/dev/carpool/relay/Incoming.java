package dev.carpool.relay;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A request as it comes, handed on to its process. One that is wrong is read to its end all the
 * same, so that it is known where that is, but the process hears no more of it.
 */
final class Incoming implements ClientSide.Requests {

  private final ProcessSide process;

  /** Method and path; read in other threads as well. */
  private volatile String line = "";

  private long bodyLeft;
  private boolean whole;
  private boolean wanted = true;
  private @Nullable RefusedException wrong;

  Incoming(ProcessSide process) {
    this.process = process;
  }

  @Override
  public void head(RequestHead head) {
    line = RefusedException.shown(head.value("REQUEST_METHOD") + " " + head.path());
    bodyLeft = head.length();
    try {
      process.head(head);
    } catch (RefusedException e) {
      isWrong(e);
    }
  }

  @Override
  public void body(ByteBuffer piece) {
    bodyLeft -= piece.remaining();
    if (bodyLeft < 0) {
      isWrong(RefusedException.badRequest("its body is longer than its CONTENT_LENGTH"));
    } else if (wanted) {
      process.body(piece);
    }
  }

  @Override
  public void end() {
    whole = true;
    if (bodyLeft > 0) {
      isWrong(RefusedException.badRequest("its body is shorter than its CONTENT_LENGTH"));
    } else if (wanted) {
      process.end();
    }
  }

  private void isWrong(RefusedException why) {
    wanted = false;
    if (wrong == null) {
      wrong = why;
    }
  }

  /** Hands nothing on any more. */
  void discard() {
    wanted = false;
  }

  /** Why it cannot be served; null if nothing is known against it. */
  @Nullable RefusedException wrong() {
    return wrong;
  }

  /** Its method and path; empty as long as its head has not come. */
  String line() {
    return line;
  }

  boolean isWhole() {
    return whole;
  }
}
