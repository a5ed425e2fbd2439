package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that says exactly what the test wants, and sees exactly what comes. */
final class RawClient implements AutoCloseable {

  /** A response as it came, its body without the framing. */
  record Answer(int status, Map<String, String> headers, byte[] body) {
    String text() {
      return new String(body, ISO_8859_1);
    }
  }

  final Socket socket = new Socket();
  private final InputStream in;
  private boolean afterChunk;

  RawClient(InetSocketAddress address) throws IOException {
    socket.setReceiveBufferSize(64 * 1024);
    socket.connect(address);
    socket.setSoTimeout(5000);
    in = socket.getInputStream();
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  RawClient get(String path, String... headers) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + lines(headers) + "\r\n");
  }

  private static String lines(String... headers) {
    return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
  }

  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the connection ended after '" + line + "'");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(ISO_8859_1);
  }

  int status() throws IOException {
    return Integer.parseInt(line().split(" ", 3)[1]);
  }

  Map<String, String> headers() throws IOException {
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      String name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
      headers.merge(name, line.substring(line.indexOf(':') + 1).strip(), (a, b) -> a + "|" + b);
    }
    return headers;
  }

  /**
   * The next piece of a chunked body; empty for the last one.
   *
   * <p>The line's end after a piece may come as late as the next piece.
   */
  byte[] chunk() throws IOException {
    if (afterChunk) {
      line();
    }
    int size = Integer.parseInt(line(), 16);
    byte[] chunk = in.readNBytes(size);
    if (chunk.length < size) {
      throw new EOFException("the connection ended within a chunk");
    }
    afterChunk = size > 0;
    if (!afterChunk) {
      line();
    }
    return chunk;
  }

  /** The whole response; its body by its framing. */
  Answer answer() throws IOException {
    return answer(true);
  }

  Answer answer(boolean withBody) throws IOException {
    int status = status();
    Map<String, String> headers = headers();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (withBody && headers.containsKey("content-length")) {
      int length = Integer.parseInt(headers.get("content-length"));
      body.writeBytes(in.readNBytes(length));
      if (body.size() < length) {
        throw new EOFException("the connection ended within the body");
      }
    } else if (withBody && headers.containsKey("transfer-encoding")) {
      for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
        body.writeBytes(chunk);
      }
    } else if (withBody && headers.getOrDefault("connection", "").equals("close")) {
      body.writeBytes(in.readAllBytes());
    }
    return new Answer(status, headers, body.toByteArray());
  }

  /** Whether the server has closed the connection, or does within the socket's timeout. */
  boolean seesTheEnd() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
