package dev.carpool.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.io.ByteStreams;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's browser on one connection that is kept alive. It sends a path as it was written, and
 * tells a response that was cut from a whole one. For one thread at a time.
 */
final class WebClient implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 60_000;

  private final int port;
  private final @Nullable SSLSocketFactory tls;
  private final String host;
  private @Nullable Socket socket;
  private @Nullable InputStream in;
  private int stale;

  /**
   * What came back.
   *
   * @param headers by their names in small letters
   * @param length of the body, in bytes
   */
  record Answer(
      int status, ImmutableListMultimap<String, String> headers, String body, long length) {

    String header(String name) {
      return String.join(", ", headers.get(name));
    }
  }

  /**
   * Nothing is connected yet.
   *
   * @param tls null for HTTP
   * @param host whom the visitor wants, of those at that port
   */
  WebClient(int port, @Nullable SSLSocketFactory tls, String host) {
    this.port = port;
    this.tls = tls;
    this.host = host;
  }

  /** How often a kept connection had been closed, and the request was sent on another one. */
  int stale() {
    return stale;
  }

  Answer get(String path, String... headers) throws IOException {
    return send("GET", path, new byte[0], new ByteArrayOutputStream(), headers);
  }

  Answer head(String path) throws IOException {
    return send("HEAD", path, new byte[0], new ByteArrayOutputStream());
  }

  Answer post(String path, byte[] body) throws IOException {
    return send("POST", path, body, new ByteArrayOutputStream());
  }

  /** Sends a form, as a browser does. */
  Answer submit(String path, String form) throws IOException {
    return send(
        "POST",
        path,
        form.getBytes(UTF_8),
        new ByteArrayOutputStream(),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  /** Gets what is too large to be kept. */
  Answer skim(String path) throws IOException {
    return send("GET", path, new byte[0], OutputStream.nullOutputStream());
  }

  private Answer send(String method, String path, byte[] body, OutputStream sink, String... headers)
      throws IOException {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ").append(host);
    for (int i = 0; i < headers.length; i += 2) {
      head.append("\r\n").append(headers[i]).append(": ").append(headers[i + 1]);
    }
    if (body.length > 0) {
      head.append("\r\nContent-Length: ").append(body.length);
    }
    byte[] request = head.append("\r\n\r\n").toString().getBytes(ISO_8859_1);
    boolean kept = socket != null;
    String line;
    try {
      line = firstLine(request, body);
    } catch (IOException e) {
      close();
      if (!kept) {
        throw e;
      }
      stale++;
      line = firstLine(request, body);
    }
    try {
      return answer(method, line, sink);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private String firstLine(byte[] request, byte[] body) throws IOException {
    Socket connected = socket == null ? connect() : socket;
    connected.getOutputStream().write(request);
    connected.getOutputStream().write(body);
    return line();
  }

  private Socket connect() throws IOException {
    Socket fresh = new Socket();
    fresh.setTcpNoDelay(true);
    fresh.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    fresh.setSoTimeout(PATIENCE_MILLIS);
    Socket connected = tls == null ? fresh : tls.createSocket(fresh, host, port, true);
    socket = connected;
    in = new BufferedInputStream(connected.getInputStream(), 65536);
    return connected;
  }

  private InputStream in() throws IOException {
    if (in == null) {
      throw new IOException("not connected");
    }
    return in;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int next = in().read();
      if (next < 0) {
        throw new EOFException("the response ends in its header, after '" + line + "'");
      }
      if (next == '\n') {
        return line.toString(ISO_8859_1).stripTrailing();
      }
      line.write(next);
    }
  }

  private Answer answer(String method, String first, OutputStream sink) throws IOException {
    int status = Integer.parseInt(first.split(" ")[1]);
    ImmutableListMultimap.Builder<String, String> builder = ImmutableListMultimap.builder();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      builder.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    ImmutableListMultimap<String, String> headers = builder.build();
    boolean none = method.equals("HEAD") || status == 304 || status == 204;
    boolean close = headers.containsEntry("connection", "close");
    long length;
    if (none) {
      length = 0;
    } else if (headers.containsEntry("transfer-encoding", "chunked")) {
      length = chunks(sink);
    } else if (headers.containsKey("content-length")) {
      length = exactly(Long.parseLong(headers.get("content-length").getFirst()), sink);
    } else {
      length = ByteStreams.copy(in(), sink);
      close = true;
    }
    if (close) {
      close();
    }
    String body = sink instanceof ByteArrayOutputStream bytes ? bytes.toString(UTF_8) : "";
    return new Answer(status, headers, body, length);
  }

  private long chunks(OutputStream sink) throws IOException {
    long all = 0;
    while (true) {
      long size = Long.parseLong(line(), 16);
      exactly(size, sink);
      String end = line();
      if (!end.isEmpty()) {
        throw new IOException("a chunk ends with " + end);
      }
      if (size == 0) {
        return all;
      }
      all += size;
    }
  }

  private long exactly(long size, OutputStream sink) throws IOException {
    long came = ByteStreams.copy(ByteStreams.limit(in(), size), sink);
    if (came < size) {
      throw new EOFException("the response is cut: " + (size - came) + " bytes are missing");
    }
    return size;
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    socket = null;
    in = null;
  }
}
