package dev.carpool.relay;

import com.google.common.primitives.Bytes;
import java.nio.ByteBuffer;

/**
 * The records of FastCGI 1.0: a header of eight bytes (version, type, request's id, length of the
 * content, padding) and the content. Carpool has one request on a connection, number 1.
 */
public final class FastCgi {

  static final int HEADER = 8;
  static final int VERSION = 1;

  static final int BEGIN_REQUEST = 1;
  static final int ABORT_REQUEST = 2;
  static final int END_REQUEST = 3;
  static final int PARAMS = 4;
  static final int STDIN = 5;
  static final int STDOUT = 6;
  static final int STDERR = 7;

  static final int RESPONDER = 1;
  static final int REQUEST_COMPLETE = 0;

  /** The most that one record can hold. */
  static final int MAX_CONTENT = 0xffff;

  /** The end of a request that was answered: status 0 of the program, complete. */
  private static final byte[] ENDED = {
    VERSION, END_REQUEST, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private FastCgi() {}

  /** A whole response to request 1. */
  public static byte[] response(byte[] cgi) {
    Pending records = new Pending();
    stream(records, STDOUT, 1, ByteBuffer.wrap(cgi));
    records.put(end(1));
    return records.toBytes();
  }

  /** Writes a piece of a stream, which an empty record would end. */
  static void stream(Pending to, int type, int request, ByteBuffer piece) {
    while (piece.hasRemaining()) {
      ByteBuffer content = piece.slice();
      content.limit(Math.min(MAX_CONTENT, content.limit()));
      piece.position(piece.position() + content.limit());
      to.put(header(type, request, content.limit()));
      to.put(content);
    }
  }

  /** The end of a response, and of its request. */
  static byte[] end(int request) {
    byte[] end = Bytes.concat(header(STDOUT, request, 0), ENDED);
    end[HEADER + 2] = (byte) (request >>> 8);
    end[HEADER + 3] = (byte) request;
    return end;
  }

  static byte[] header(int type, int request, int length) {
    return new byte[] {
      VERSION,
      (byte) type,
      (byte) (request >>> 8),
      (byte) request,
      (byte) (length >>> 8),
      (byte) length,
      0,
      0
    };
  }
}
