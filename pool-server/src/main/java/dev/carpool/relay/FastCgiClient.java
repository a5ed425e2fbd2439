package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A client that speaks FastCGI, with one request on a connection: that it may be kept for another
 * one is not heeded, so the connection ends with the response.
 */
final class FastCgiClient implements ClientSide, FastCgiRecords.Listener {

  private final Requests requests;
  private final Pending toClient;
  private final FastCgiRecords records = new FastCgiRecords(this);
  private final Pending params = new Pending();
  private int request;
  private int type;
  private boolean empty;
  private boolean headKnown;
  private boolean ended;

  FastCgiClient(Requests requests, Pending toClient) {
    this.requests = requests;
    this.toClient = toClient;
  }

  @Override
  public void take(ByteBuffer bytes) throws RefusedException {
    if (!ended) {
      records.take(bytes);
    }
  }

  @Override
  public void record(int type, int number, int length) throws RefusedException {
    this.type = type;
    empty = length == 0;
    if (type == FastCgi.BEGIN_REQUEST && request == 0) {
      request = number;
    } else if (type == FastCgi.BEGIN_REQUEST || type == FastCgi.ABORT_REQUEST) {
      throw RefusedException.badRequest("a second request on the connection, or an aborted one");
    }
  }

  @Override
  public void content(ByteBuffer piece) throws RefusedException {
    if (type == FastCgi.PARAMS) {
      params.put(piece);
      if (params.size() > RequestHead.MAX) {
        throw RefusedException.badRequest("its head is larger than 256 KiB");
      }
    } else if (type == FastCgi.STDIN && headKnown) {
      requests.body(piece);
    }
  }

  @Override
  public void recordEnd() throws RefusedException {
    if (type == FastCgi.PARAMS && empty && !headKnown) {
      headKnown = true;
      requests.head(RequestHead.of(pairs(ByteBuffer.wrap(params.toBytes()))));
      params.clear();
    } else if (type == FastCgi.STDIN && empty && headKnown) {
      ended = true;
      requests.end();
    }
  }

  private static Map<String, String> pairs(ByteBuffer bytes) throws RefusedException {
    Map<String, String> pairs = new LinkedHashMap<>();
    while (bytes.hasRemaining()) {
      int name = length(bytes);
      int value = length(bytes);
      if (name < 0 || value < 0 || bytes.remaining() - name < value) {
        throw RefusedException.badRequest("a name or value in it is longer than all of them");
      }
      pairs.put(text(bytes, name), text(bytes, value));
    }
    return pairs;
  }

  private static int length(ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      return -1;
    }
    byte first = bytes.get();
    if (first >= 0) {
      return first;
    }
    if (bytes.remaining() < 3) {
      return -1;
    }
    return (first & 0x7f) << 24
        | Byte.toUnsignedInt(bytes.get()) << 16
        | Short.toUnsignedInt(bytes.getShort());
  }

  private static String text(ByteBuffer bytes, int length) {
    byte[] text = new byte[length];
    bytes.get(text);
    return new String(text, ISO_8859_1);
  }

  @Override
  public void response(ByteBuffer cgi) {
    FastCgi.stream(toClient, FastCgi.STDOUT, request, cgi);
  }

  @Override
  public void responseEnd() {
    toClient.put(FastCgi.end(request));
  }
}
