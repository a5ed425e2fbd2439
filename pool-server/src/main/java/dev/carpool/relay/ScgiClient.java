package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.base.Splitter;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** A client that speaks SCGI: a netstring of names and values, and the body. */
final class ScgiClient implements ClientSide {

  private static final Splitter NUL = Splitter.on('\0');
  private static final int MAX_DIGITS = 6;

  private final Requests requests;
  private final Pending toClient;
  private final Pending collected = new Pending();

  /** Bytes of names and values with the comma behind them; -1 as long as it is not known. */
  private int headLength = -1;

  private boolean headKnown;
  private long bodyLeft;

  ScgiClient(Requests requests, Pending toClient) {
    this.requests = requests;
    this.toClient = toClient;
  }

  @Override
  public void take(ByteBuffer bytes) throws RefusedException {
    while (headLength < 0 && bytes.hasRemaining()) {
      digit(bytes.get());
    }
    if (!headKnown && headLength >= 0) {
      collect(bytes);
      if (collected.size() == headLength) {
        headKnown = true;
        RequestHead head = head(collected.toBytes());
        collected.clear();
        bodyLeft = head.length();
        requests.head(head);
        if (bodyLeft == 0) {
          requests.end();
        }
      }
    }
    if (headKnown && bodyLeft > 0 && bytes.hasRemaining()) {
      ByteBuffer piece = bytes.slice();
      piece.limit((int) Math.min(bodyLeft, piece.limit()));
      bytes.position(bytes.position() + piece.limit());
      bodyLeft -= piece.limit();
      requests.body(piece);
      if (bodyLeft == 0) {
        requests.end();
      }
    }
  }

  private void digit(byte next) throws RefusedException {
    if (next == ':' && collected.size() > 0) {
      headLength = Integer.parseInt(new String(collected.toBytes(), ISO_8859_1)) + 1;
      collected.clear();
      if (headLength > RequestHead.MAX) {
        throw RefusedException.badRequest("its head is larger than 256 KiB");
      }
    } else if (next < '0' || next > '9' || collected.size() == MAX_DIGITS) {
      throw RefusedException.badRequest("it is not SCGI");
    } else {
      collected.put(new byte[] {next});
    }
  }

  private void collect(ByteBuffer bytes) {
    ByteBuffer piece = bytes.slice();
    piece.limit(Math.min(headLength - collected.size(), piece.limit()));
    bytes.position(bytes.position() + piece.limit());
    collected.put(piece);
  }

  private static RequestHead head(byte[] netstring) throws RefusedException {
    int last = netstring.length - 1;
    if (netstring[last] != ',' || (last > 0 && netstring[last - 1] != 0)) {
      throw RefusedException.badRequest("its names and values do not end as SCGI says");
    }
    Map<String, String> variables = new LinkedHashMap<>();
    if (last == 0) {
      return RequestHead.of(variables);
    }
    String text = new String(netstring, 0, last - 1, ISO_8859_1);
    for (Iterator<String> words = NUL.split(text).iterator(); words.hasNext(); ) {
      String name = words.next();
      if (!words.hasNext()) {
        throw RefusedException.badRequest("a name in it has no value");
      }
      variables.put(name, words.next());
    }
    return RequestHead.of(variables);
  }

  @Override
  public void response(ByteBuffer cgi) {
    toClient.put(cgi);
  }

  @Override
  public void responseEnd() {}
}
