package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.primitives.Longs;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A response in CGI form on its way: what it says about its body is kept. */
final class CgiResponse {

  /** What a response means that says no status. */
  private static final byte[] OK = "Status: 200 OK\r\n".getBytes(ISO_8859_1);

  private static final int MAX_HEAD = 256 * 1024;
  private static final Pattern END = Pattern.compile("\\r?\\n\\r?\\n");
  private static final Pattern LENGTH =
      Pattern.compile("(?im)^Content-Length:[ \\t]*(\\d+)[ \\t]*\\r?$");
  private static final Pattern STATUS = Pattern.compile("(?im)^Status:");
  private static final Pattern BODILESS = Pattern.compile("(?im)^Status:[ \\t]*(204|304)\\b");

  private final ProcessSide.Responses responses;
  private final Pending head = new Pending();
  private boolean headKnown;
  private boolean toHead;
  private boolean bodiless;

  /** What is to come of the body; negative if that is not said. */
  private long left = -1;

  private boolean cut;

  CgiResponse(ProcessSide.Responses responses) {
    this.responses = responses;
  }

  /** Whether it is the response to a HEAD, which has no body whatever it says. */
  void toHead(boolean toHead) {
    this.toHead = toHead;
  }

  void take(ByteBuffer cgi) {
    if (headKnown) {
      body(cgi);
      return;
    }
    head.put(cgi);
    byte[] bytes = head.toBytes();
    Matcher end = END.matcher(new String(bytes, ISO_8859_1));
    if (end.find()) {
      headEnds(bytes, end.end());
    } else if (bytes.length > MAX_HEAD) {
      headEnds(bytes, bytes.length);
    }
  }

  private void headEnds(byte[] bytes, int length) {
    headKnown = true;
    head.clear();
    String text = new String(bytes, 0, length, ISO_8859_1);
    Matcher said = LENGTH.matcher(text);
    bodiless = toHead || BODILESS.matcher(text).find();
    Long known = said.find() ? Longs.tryParse(said.group(1)) : null;
    left = known == null ? -1 : known;
    if (!STATUS.matcher(text).find()) {
      responses.piece(ByteBuffer.wrap(OK));
    }
    responses.piece(ByteBuffer.wrap(bytes, 0, length));
    body(ByteBuffer.wrap(bytes, length, bytes.length - length));
  }

  private void body(ByteBuffer piece) {
    if (bodiless) {
      return;
    }
    if (left >= 0 && piece.remaining() > left) {
      piece.limit(piece.position() + (int) left);
      if (!cut) {
        cut = true;
        responses.printed("a response is longer than its Content-Length: it was cut");
      }
    }
    if (left >= 0) {
      left -= piece.remaining();
    }
    if (piece.hasRemaining()) {
      responses.piece(piece);
    }
  }

  void over(boolean complete) {
    if (!headKnown && head.size() > 0) {
      headKnown = true;
      responses.piece(ByteBuffer.wrap(head.toBytes()));
    }
    boolean less = left > 0 && !bodiless;
    if (complete && less) {
      responses.printed("a response is " + left + " bytes shorter than its Content-Length");
    }
    responses.over(complete && !less);
  }
}
