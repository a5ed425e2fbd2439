package dev.carpool.relay;

import dev.carpool.descriptor.Descriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a process speaks that listens by itself. */
public sealed interface Dialect {

  /** Another one's half of an exchange. */
  ProcessSide process(Pending toProcess, ProcessSide.Responses responses);

  /** Sends what it reads and takes for no request, which shows that it accepts connections. */
  void probe(Descriptor connection) throws IOException;

  /** Whether it takes a connection only when it has finished with the one before. */
  boolean isOneAtATime();

  /**
   * FastCGI, as php-cgi speaks it: one request at a time.
   *
   * @param scripts where the scripts are
   */
  record FastCgiScripts(Scripts scripts) implements Dialect {

    /** Asks for no value: there is nothing to know. */
    private static final byte[] GET_NO_VALUES = FastCgi.header(9, 0, 0);

    /** Of the scripts that an entry names, as {@code public/index.php}, below a root. */
    public static FastCgiScripts of(Path root, String entry) {
      return new FastCgiScripts(new Scripts(root, entry));
    }

    @Override
    public ProcessSide process(Pending toProcess, ProcessSide.Responses responses) {
      return new FastCgiProcess(scripts, toProcess, responses);
    }

    @Override
    public void probe(Descriptor connection) throws IOException {
      send(connection, GET_NO_VALUES);
    }

    @Override
    public boolean isOneAtATime() {
      return true;
    }
  }

  /** HTTP/1.1. */
  record Http() implements Dialect {

    /** Servers skip empty lines before a request (RFC 9112, 2.2). */
    private static final byte[] EMPTY_LINE = "\r\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public ProcessSide process(Pending toProcess, ProcessSide.Responses responses) {
      return new HttpProcess(toProcess, responses);
    }

    @Override
    public void probe(Descriptor connection) throws IOException {
      send(connection, EMPTY_LINE);
    }

    @Override
    public boolean isOneAtATime() {
      return false;
    }
  }

  private static void send(Descriptor connection, byte[] bytes) throws IOException {
    Pending probe = new Pending();
    probe.put(bytes);
    try (Arena arena = Arena.ofConfined()) {
      probe.writeTo(connection, arena.allocate(bytes.length));
    }
  }
}
