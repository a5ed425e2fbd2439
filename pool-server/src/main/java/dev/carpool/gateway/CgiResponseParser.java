package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import dev.carpool.gateway.CgiResponse.Field;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head of a CGI response from bytes that come in any pieces.
 *
 * <p>Strict: a process that prints something else first has a fault that its owner should hear of,
 * and half-understood headers are how responses get split.
 */
final class CgiResponseParser {

  static final int LIMIT = 64 * 1024;

  /** What a process sent is not a CGI response; the message says why. */
  static final class BadResponse extends IOException {
    BadResponse(String message) {
      super(message);
    }
  }

  private static final CharMatcher TOKEN =
      CharMatcher.inRange('a', 'z')
          .or(CharMatcher.inRange('A', 'Z'))
          .or(CharMatcher.inRange('0', '9'))
          .or(CharMatcher.anyOf("!#$%&'*+-.^_`|~"))
          .precomputed();

  private static final CharMatcher CONTROL =
      CharMatcher.inRange('\0', '\u001f').and(CharMatcher.isNot('\t')).or(CharMatcher.is('\u007f'));

  private static final CharMatcher DIGIT = CharMatcher.inRange('0', '9');

  private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);
  private final List<Field> fields = new ArrayList<>();
  private int size;
  private int status;
  private String reason = "";
  private long contentLength = -1;

  /** Whether not a single byte has come. */
  boolean isUntouched() {
    return size == 0;
  }

  /**
   * Takes the bytes of the head, and leaves those of the body.
   *
   * @return the head when it is whole, null while it is not
   */
  @Nullable CgiResponse feed(ByteBuffer bytes) throws BadResponse {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      size++;
      if (size > LIMIT) {
        throw new BadResponse("its headers are longer than " + LIMIT + " bytes");
      }
      if (next != '\n') {
        line.write(next);
        continue;
      }
      String text = line.toString(ISO_8859_1);
      line.reset();
      if (text.endsWith("\r")) {
        text = text.substring(0, text.length() - 1);
      }
      if (text.isEmpty()) {
        return whole();
      }
      field(text);
    }
    return null;
  }

  private void field(String text) throws BadResponse {
    int colon = text.indexOf(':');
    String name = colon < 0 ? "" : text.substring(0, colon);
    if (name.isEmpty() || !TOKEN.matchesAllOf(name)) {
      throw new BadResponse("'" + shown(text) + "' is not a header");
    }
    String value = CharMatcher.anyOf(" \t").trimFrom(text.substring(colon + 1));
    if (CONTROL.matchesAnyOf(value)) {
      throw new BadResponse("the header " + name + " has a control character");
    }
    switch (Ascii.toLowerCase(name)) {
      case "status" -> status(value);
      case "content-length" -> contentLength(value);
      default -> fields.add(new Field(name, value));
    }
  }

  private void status(String value) throws BadResponse {
    boolean good =
        value.length() >= 3
            && DIGIT.matchesAllOf(value.substring(0, 3))
            && (value.length() == 3 || value.charAt(3) == ' ');
    int number = good ? Integer.parseInt(value.substring(0, 3)) : 0;
    if (number < 200 || number > 599) {
      throw new BadResponse("'" + shown(value) + "' is not a status of a response");
    }
    if (status != 0) {
      throw new BadResponse("it has two status lines");
    }
    status = number;
    reason = value.substring(3).strip();
  }

  private void contentLength(String value) throws BadResponse {
    if (value.isEmpty() || value.length() > 18 || !DIGIT.matchesAllOf(value)) {
      throw new BadResponse("'" + shown(value) + "' is not a Content-Length");
    }
    long number = Long.parseLong(value);
    if (contentLength >= 0 && contentLength != number) {
      throw new BadResponse("it has two Content-Lengths, " + contentLength + " and " + number);
    }
    contentLength = number;
  }

  private CgiResponse whole() throws BadResponse {
    if (status == 0 && contentLength < 0 && fields.isEmpty()) {
      throw new BadResponse("it has no header at all");
    }
    List<String> connection = new ArrayList<>();
    boolean location = false;
    for (Field field : fields) {
      if (Ascii.equalsIgnoreCase(field.name(), "Connection")) {
        connection.add(field.value());
      }
      location |= Ascii.equalsIgnoreCase(field.name(), "Location");
    }
    Set<String> dropped = HopByHop.names(connection);
    ImmutableList<Field> kept =
        fields.stream()
            .filter(field -> !dropped.contains(Ascii.toLowerCase(field.name())))
            .collect(ImmutableList.toImmutableList());
    int number = status != 0 ? status : location ? 302 : 200;
    return new CgiResponse(number, reason, kept, contentLength);
  }

  private static String shown(String text) {
    return CONTROL.replaceFrom(Ascii.truncate(text, 80, "..."), '?');
  }
}
