package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableSet;
import dev.carpool.descriptor.Census;
import dev.carpool.descriptor.SocketPermissions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** An admin listener over a pool in which nothing happens, and a census when it is closed. */
final class OpenAdmin implements AutoCloseable {

  /** How often events come here, and when who takes none is cut off. */
  static final Events.Rhythm RHYTHM =
      new Events.Rhythm(Duration.ofMillis(20), Duration.ofMillis(1500));

  final StillPool pool = new StillPool();
  final AdminToken token;
  final AdminListener listener;
  volatile String missing = "";
  private final Census before;

  OpenAdmin(Path directory, SocketAddress address) throws IOException {
    warmUp(directory);
    before = Census.take();
    token = AdminToken.create(directory.resolve("admin.token"));
    listener = open(address);
  }

  static OpenAdmin onLoopback(Path directory) throws IOException {
    return new OpenAdmin(directory, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private AdminListener open(SocketAddress address) throws IOException {
    return AdminListener.open(
        new AdminSettings(
            address,
            new SocketPermissions(null, null, 0600),
            ImmutableSet.of("carpool.example.org")),
        new AdminSources(pool, () -> missing, token),
        RHYTHM);
  }

  private static boolean warm;

  /** Opens what the JVM opens once and keeps. */
  private static void warmUp(Path directory) throws IOException {
    if (!warm) {
      warm = true;
      OpenAdmin first = onLoopback(directory);
      first.get("/healthz");
      first.listener.close();
      first.token.close();
    }
  }

  int port() {
    return URI.create(listener.url()).getPort();
  }

  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Sends this, and returns all that comes until the connection ends. */
  String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  String get(String path, String... headers) throws IOException {
    return ask("GET", path, "", headers);
  }

  /** One request on a connection of its own. A Host among the headers counts in place of ours. */
  String ask(String method, String path, String body, String... headers) throws IOException {
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    boolean hosted = false;
    for (String header : headers) {
      request.append(header).append("\r\n");
      hosted |= header.startsWith("Host:");
    }
    if (!hosted) {
      request.append("Host: localhost:").append(port()).append("\r\n");
    }
    request.append("Content-Length: ").append(body.getBytes(UTF_8).length).append("\r\n");
    return raw(request.append("Connection: close\r\n\r\n").append(body).toString());
  }

  String authorization() {
    return "Authorization: Bearer " + token.text();
  }

  /** Reads until this was said. */
  static String until(InputStream in, String end) throws IOException {
    StringBuilder said = new StringBuilder();
    while (said.indexOf(end, said.length() - end.length()) < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("the end came after: " + said);
      }
      said.append((char) c);
    }
    return said.toString();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    token.close();
    Census.assertSameAs(before);
  }
}
