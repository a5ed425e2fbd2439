package dev.carpool.relay;

import java.nio.ByteBuffer;

/** A process that listens by itself: a request becomes its bytes, and they a response in CGI. */
interface ProcessSide {

  /** Hears a response, in order. */
  interface Responses {
    /** A piece of it in CGI form. */
    void piece(ByteBuffer cgi);

    /** Something for the log. */
    void printed(String text);

    /**
     * The end.
     *
     * @param complete whether the process has written all of it
     */
    void over(boolean complete);
  }

  /** The beginning of the request. */
  void head(RequestHead head) throws RefusedException;

  /** A piece of its body, no more of them than were announced. */
  void body(ByteBuffer piece);

  /** The end of the request. */
  void end();

  /**
   * Takes what the process has written.
   *
   * @throws RefusedException if that is not what it ought to speak
   */
  void take(ByteBuffer bytes) throws RefusedException;

  /** The process has closed the connection. */
  void closed();
}
