package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.carpool.descriptor.Connection;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.live.LiveSession;
import dev.carpool.live.LiveSession.Ending;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** The other end of a session, with the words that scripts are made of. */
final class ScriptedProcess {

  private final Connection connection;
  private final LiveSession session;

  ScriptedProcess(Descriptor end, LiveSession session) {
    this.connection = new Connection(end);
    this.session = session;
  }

  void run(ScriptedPool.Script script) {
    try {
      script.play(this);
    } catch (Exception e) {
      session.ending().complete(Ending.LOST);
    } finally {
      connection.close();
    }
  }

  /** Reads the head of the request. */
  Map<String, String> head() throws IOException {
    InputStream in = connection.input();
    int length = 0;
    int c = next(in);
    while (c != ':') {
      length = length * 10 + (c - '0');
      c = next(in);
    }
    String block = new String(in.readNBytes(length), ISO_8859_1);
    if (next(in) != ',') {
      throw new IOException("not a netstring");
    }
    String[] parts = block.split("\0", -1);
    Map<String, String> head = new LinkedHashMap<>();
    for (int i = 0; i + 1 < parts.length; i += 2) {
      if (head.put(parts[i], parts[i + 1]) != null) {
        throw new IOException("twice: " + parts[i]);
      }
    }
    return head;
  }

  private static int next(InputStream in) throws IOException {
    int c = in.read();
    if (c < 0) {
      throw new EOFException();
    }
    return c;
  }

  byte[] body(Map<String, String> head) throws IOException {
    return body(Integer.parseInt(head.getOrDefault("CONTENT_LENGTH", "0")));
  }

  byte[] body(int length) throws IOException {
    return connection.input().readNBytes(length);
  }

  /** Whether the gateway has closed its end. Waits for a byte or that. */
  boolean seesTheEnd() {
    try {
      return connection.input().read() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  void write(String text) throws IOException {
    write(text.getBytes(ISO_8859_1));
  }

  void write(byte[] bytes) throws IOException {
    connection.output().write(bytes);
  }

  /** Says how it ended, and closes. */
  void end(Ending ending) {
    session.ending().complete(ending);
    connection.close();
  }

  /** Answers and ends well. */
  void answer(String response) throws IOException {
    write(response);
    end(Ending.COMPLETE);
  }
}
