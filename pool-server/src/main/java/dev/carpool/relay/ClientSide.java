package dev.carpool.relay;

import java.nio.ByteBuffer;

/** Whoever has sent the request: his bytes become a request, and a response in CGI his bytes. */
interface ClientSide {

  /** Hears a request, in order: its head, pieces of its body, its end. */
  interface Requests {
    void head(RequestHead head);

    void body(ByteBuffer piece);

    void end();
  }

  /** The first byte of a request tells how it is written. */
  static ClientSide of(byte first, Requests requests, Pending toClient) {
    return first == FastCgi.VERSION
        ? new FastCgiClient(requests, toClient)
        : new ScgiClient(requests, toClient);
  }

  /** Takes what has come; what does not belong to the request is left in the buffer. */
  void take(ByteBuffer bytes) throws RefusedException;

  /** A piece of the response in CGI form. */
  void response(ByteBuffer cgi);

  /** The end of a whole response. */
  void responseEnd();
}
