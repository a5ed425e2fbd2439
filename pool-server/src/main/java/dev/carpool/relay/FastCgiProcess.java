package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/** A process that speaks FastCGI, as php-cgi does; one request on a connection. */
final class FastCgiProcess implements ProcessSide, FastCgiRecords.Listener {

  private static final int REQUEST = 1;
  private static final int MAX_PRINTED = 64 * 1024;

  private final HeadRule rule;
  private final Pending toProcess;
  private final Responses responses;
  private final CgiResponse response;
  private final FastCgiRecords records = new FastCgiRecords(this);
  private final Pending collected = new Pending();
  private int type;
  private boolean over;

  FastCgiProcess(HeadRule rule, Pending toProcess, Responses responses) {
    this.rule = rule;
    this.toProcess = toProcess;
    this.responses = responses;
    response = new CgiResponse(responses);
  }

  @Override
  public void head(RequestHead head) throws RefusedException {
    RequestHead told = rule.apply(head);
    response.toHead(head.value("REQUEST_METHOD").equals("HEAD"));
    Pending pairs = new Pending();
    told.variables().forEach((name, value) -> pair(pairs, name, value));
    toProcess.put(FastCgi.header(FastCgi.BEGIN_REQUEST, REQUEST, 8));
    toProcess.put(new byte[] {0, FastCgi.RESPONDER, 0, 0, 0, 0, 0, 0});
    FastCgi.stream(toProcess, FastCgi.PARAMS, REQUEST, ByteBuffer.wrap(pairs.toBytes()));
    toProcess.put(FastCgi.header(FastCgi.PARAMS, REQUEST, 0));
  }

  private static void pair(Pending pairs, String name, String value) {
    length(pairs, name.length());
    length(pairs, value.length());
    pairs.put(name);
    pairs.put(value);
  }

  private static void length(Pending pairs, int length) {
    pairs.put(
        length < 128
            ? new byte[] {(byte) length}
            : ByteBuffer.allocate(4).putInt(length | 0x8000_0000).array());
  }

  @Override
  public void body(ByteBuffer piece) {
    FastCgi.stream(toProcess, FastCgi.STDIN, REQUEST, piece);
  }

  @Override
  public void end() {
    toProcess.put(FastCgi.header(FastCgi.STDIN, REQUEST, 0));
  }

  @Override
  public void take(ByteBuffer bytes) throws RefusedException {
    try {
      records.take(bytes);
    } catch (RefusedException e) {
      throw new RefusedException("502 Bad Gateway", "it answered what is no FastCGI");
    }
  }

  @Override
  public void record(int type, int request, int length) {
    this.type = type;
    collected.clear();
  }

  @Override
  public void content(ByteBuffer piece) {
    if (type == FastCgi.STDOUT && !over) {
      response.take(piece);
    } else if (type != FastCgi.STDOUT && collected.size() < MAX_PRINTED) {
      collected.put(piece);
    }
  }

  @Override
  public void recordEnd() {
    if (type == FastCgi.STDERR && collected.size() > 0) {
      responses.printed(new String(collected.toBytes(), UTF_8));
    } else if (type == FastCgi.END_REQUEST && !over) {
      over = true;
      byte[] end = collected.toBytes();
      response.over(end.length > 4 && end[4] == FastCgi.REQUEST_COMPLETE);
    }
  }

  @Override
  public void closed() {
    if (!over) {
      over = true;
      response.over(false);
    }
  }
}
