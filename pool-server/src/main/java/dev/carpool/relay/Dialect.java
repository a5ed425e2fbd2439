package dev.carpool.relay;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a process speaks that listens by itself. */
public sealed interface Dialect {

  /** Another one's half of an exchange. */
  ProcessSide process(Pending toProcess, ProcessSide.Responses responses);

  /** What it reads without a request, by which it shows that it accepts connections. */
  byte[] probe();

  /**
   * Whether it is known to have finished with a connection only when it closes that: it has to be
   * waited for, also when whoever asked has gone.
   */
  boolean endsByItself();

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
      return new FastCgiScripts(Scripts.of(root, entry));
    }

    @Override
    public ProcessSide process(Pending toProcess, ProcessSide.Responses responses) {
      return new FastCgiProcess(scripts, toProcess, responses);
    }

    @Override
    public byte[] probe() {
      return GET_NO_VALUES;
    }

    @Override
    public boolean endsByItself() {
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
    public byte[] probe() {
      return EMPTY_LINE;
    }

    @Override
    public boolean endsByItself() {
      return false;
    }
  }
}
