package dev.carpool.api;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ByteChannel;

/**
 * One connection with one application process, owned by whoever got it.
 *
 * <p>On it an SCGI request is written and a CGI response read until the end of the stream. The
 * session occupies a place of the process until the process has said that it is done with the
 * connection, which it does at the latest when it sees that this end was closed. A session goes on
 * working when its pool is cleared or closed.
 *
 * <p>One thread may read while another writes; {@link #close()} may come from any thread, any
 * number of times.
 */
public interface Session extends AutoCloseable {

  /** The number of this session: from 0 for a client's first, one up for each, never used again. */
  long id();

  /** The process at the other end. It may have ended since. */
  long pid();

  /**
   * What is spoken on the connection; {@code "scgi"} for a request in SCGI and a response in CGI
   * form.
   */
  String protocol();

  /** The connection as a channel; blocking. Closing it closes the session's connection. */
  ByteChannel channel();

  /** The bytes from the process, until it closes the connection. */
  InputStream input();

  /** The bytes to the process. Closing the stream ends the writing direction alone. */
  OutputStream output();

  /** Closes the connection and gives the session back. */
  @Override
  void close();
}
