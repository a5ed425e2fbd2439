package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Longs;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A response in HTTP/1, in pieces as they come, which becomes one in CGI form. */
final class HttpResponse {

  private static final int MAX_HEAD = 256 * 1024;

  private static final ImmutableSet<String> OF_THE_CONNECTION =
      ImmutableSet.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: (.*))?");

  private enum Part {
    HEAD,
    /** A body whose length is known. */
    LENGTH,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS,
    /** A body that ends with the connection. */
    REST,
    OVER
  }

  private final ProcessSide.Responses responses;
  private final Pending line = new Pending();
  private Part part = Part.HEAD;
  private final StringBuilder head = new StringBuilder();
  private boolean toHead;
  private long left;

  HttpResponse(ProcessSide.Responses responses) {
    this.responses = responses;
  }

  /** Whether it is the response to a HEAD, which has no body whatever it says. */
  void toHead(boolean toHead) {
    this.toHead = toHead;
  }

  void take(ByteBuffer bytes) throws RefusedException {
    while (bytes.hasRemaining() && part != Part.OVER) {
      switch (part) {
        case LENGTH, CHUNK -> counted(bytes);
        case REST -> {
          responses.piece(bytes.slice());
          bytes.position(bytes.limit());
        }
        default -> {
          String text = line(bytes);
          if (text != null) {
            line(text);
          }
        }
      }
    }
  }

  private void counted(ByteBuffer bytes) {
    ByteBuffer piece = bytes.slice();
    piece.limit((int) Math.min(left, piece.limit()));
    bytes.position(bytes.position() + piece.limit());
    left -= piece.limit();
    responses.piece(piece);
    if (left == 0) {
      if (part == Part.CHUNK) {
        part = Part.CHUNK_END;
      } else {
        over(true);
      }
    }
  }

  /** The next line without its end; null if it has not come whole. */
  private @Nullable String line(ByteBuffer bytes) throws RefusedException {
    ByteBuffer piece = bytes.slice();
    int end = 0;
    while (end < piece.limit() && piece.get(end) != '\n') {
      end++;
    }
    boolean whole = end < piece.limit();
    bytes.position(bytes.position() + end + (whole ? 1 : 0));
    line.put(piece.limit(end));
    if (line.size() + head.length() > MAX_HEAD) {
      throw unintelligible("a head of more than 256 KiB");
    }
    if (!whole) {
      return null;
    }
    String text = new String(line.toBytes(), ISO_8859_1);
    line.clear();
    text = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    if (text.indexOf('\r') >= 0) {
      throw unintelligible("a carriage return in a line");
    }
    return text;
  }

  private void line(String text) throws RefusedException {
    switch (part) {
      case HEAD -> {
        if (!text.isEmpty()) {
          head.append(text).append('\n');
        } else if (head.length() > 0) {
          headEnds();
        }
      }
      case CHUNK_SIZE -> {
        int extension = text.indexOf(';');
        Long size =
            Longs.tryParse((extension < 0 ? text : text.substring(0, extension)).strip(), 16);
        if (size == null || size < 0) {
          throw unintelligible("a chunk of the size '" + text + "'");
        }
        left = size;
        part = size == 0 ? Part.TRAILERS : Part.CHUNK;
      }
      case CHUNK_END -> {
        if (!text.isEmpty()) {
          throw unintelligible("a chunk that is longer than its size");
        }
        part = Part.CHUNK_SIZE;
      }
      default -> { // trailers, which CGI has no place for
        if (text.isEmpty()) {
          over(true);
        }
      }
    }
  }

  private void headEnds() throws RefusedException {
    List<String> lines = Splitter.on('\n').omitEmptyStrings().splitToList(head);
    Matcher status = STATUS.matcher(lines.getFirst());
    if (!status.matches()) {
      throw unintelligible("'" + Ascii.truncate(lines.getFirst(), 60, "...") + "'");
    }
    int code = Integer.parseInt(status.group(1));
    head.setLength(0);
    if (code < 200) {
      return; // the real one follows
    }
    StringBuilder cgi = new StringBuilder("Status: ").append(code);
    cgi.append(' ').append(status.group(2) == null ? "" : status.group(2)).append("\r\n");
    left = -1;
    boolean chunked = false;
    for (String header : lines.subList(1, lines.size())) {
      int colon = header.indexOf(':');
      if (colon <= 0) {
        continue;
      }
      String name = Ascii.toLowerCase(header.substring(0, colon)).strip();
      String value = header.substring(colon + 1).strip();
      if (name.equals("transfer-encoding")) {
        if (!Ascii.equalsIgnoreCase(value, "chunked")) {
          throw unintelligible("the transfer encoding '" + value + "'");
        }
        chunked = true;
      } else if (name.equals("content-length")) {
        Long length = Longs.tryParse(value);
        if (length == null || length < 0 || (left >= 0 && left != length)) {
          throw unintelligible("the Content-Length '" + value + "'");
        }
        left = length;
      } else if (!OF_THE_CONNECTION.contains(name) && !name.equals("status")) {
        cgi.append(header, 0, colon).append(": ").append(value).append("\r\n");
      }
    }
    if (left >= 0 && !chunked) {
      cgi.append("Content-Length: ").append(left).append("\r\n");
    }
    responses.piece(ByteBuffer.wrap(cgi.append("\r\n").toString().getBytes(ISO_8859_1)));
    boolean bodiless = toHead || code == 204 || code == 304;
    if (bodiless || (!chunked && left == 0)) {
      over(true);
    } else {
      part = chunked ? Part.CHUNK_SIZE : left > 0 ? Part.LENGTH : Part.REST;
    }
  }

  /** The connection has ended. */
  void closed() {
    if (part != Part.OVER) {
      over(part == Part.REST);
    }
  }

  private void over(boolean complete) {
    part = Part.OVER;
    responses.over(complete);
  }

  private static RefusedException unintelligible(String what) {
    return new RefusedException("502 Bad Gateway", "it answered what is no HTTP: " + what);
  }
}
