package dev.carpool.front;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import com.google.common.primitives.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** A web server's side of one connection to a front. */
final class ScgiClient implements AutoCloseable {

  /** A whole CGI response. */
  record Response(int status, List<String> headers, String body) {
    static Response of(String text) {
      int end = text.indexOf("\r\n\r\n");
      assertThat(end).as("the end of the header in: %s", text).isPositive();
      List<String> lines = Splitter.on("\r\n").splitToList(text.substring(0, end));
      assertThat(lines.getFirst()).startsWith("Status: ");
      return new Response(
          Integer.parseInt(lines.getFirst().substring(8, 11)), lines, text.substring(end + 4));
    }

    String header(String name) {
      return headers.stream()
          .filter(line -> line.startsWith(name + ": "))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no " + name + " in " + headers))
          .substring(name.length() + 2);
    }
  }

  private final SocketChannel channel;

  private ScgiClient(SocketAddress address) throws IOException {
    channel = SocketChannel.open(address);
  }

  static ScgiClient connect(Path socket) throws IOException {
    return new ScgiClient(UnixDomainSocketAddress.of(socket));
  }

  static ScgiClient connect(int port) throws IOException {
    return new ScgiClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  ScgiClient send(String path) throws IOException {
    return send(path, new byte[0]);
  }

  /** Sends a request. One that is not taken to its end fails as a web server would see it. */
  ScgiClient send(String path, byte[] body) throws IOException {
    return send(body.length == 0 ? "GET" : "POST", path, body.length, body);
  }

  /**
   * Sends a request.
   *
   * @param announced how long its body is said to be
   * @param body as much of it as is sent
   */
  ScgiClient send(String method, String path, long announced, byte[] body) throws IOException {
    String fields =
        String.join(
            "\0",
            "CONTENT_LENGTH",
            Long.toString(announced),
            "SCGI",
            "1",
            "REQUEST_METHOD",
            method,
            "REQUEST_URI",
            path,
            "");
    byte[] header = (fields.length() + ":" + fields + ",").getBytes(ISO_8859_1);
    return more(Bytes.concat(header, body));
  }

  /** Sends more of the body. */
  ScgiClient more(byte[] piece) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(piece);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    return this;
  }

  /** Reads what comes next, at most so many bytes. */
  String some(int most) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(most);
    int n = channel.read(bytes);
    return n < 0 ? "" : new String(bytes.array(), 0, n, ISO_8859_1);
  }

  /** Reads to the end and counts. */
  long count() throws IOException {
    return Channels.newInputStream(channel).transferTo(OutputStream.nullOutputStream());
  }

  /** Reads to the end. */
  String text() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    var ignored = Channels.newInputStream(channel).transferTo(all);
    return all.toString(ISO_8859_1);
  }

  Response response() throws IOException {
    return Response.of(text());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
