package dev.carpool.log;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text that cannot draw on a terminal, end a line or hide what follows it: control characters,
 * whatever changes the direction of writing and bytes that are no UTF-8 are shown by their number
 * ({@code \x1b}, <code>&#92;u202e</code>).
 */
public final class HarmlessText {

  private static final String HEX = "0123456789abcdef";

  private HarmlessText() {}

  /** One line of bytes that somebody printed. */
  static String ofBytes(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      byte b = bytes[i];
      if ((b < ' ' && b != '\t') || b == 0x7f) {
        return decoded(bytes, length);
      }
    }
    return new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }

  private static String decoded(byte[] bytes, int length) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    CharBuffer out = CharBuffer.allocate(length);
    StringBuilder text = new StringBuilder(length + 16);
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      append(text, out.flip(), false);
      out.clear();
      if (!result.isMalformed()) {
        return text.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        hex(text.append("\\x"), in.get(), 2);
      }
      decoder.reset();
    }
  }

  /** A text made one line: its line feeds are shown by their number, too. */
  public static String line(CharSequence text) {
    StringBuilder line = new StringBuilder(text.length());
    append(line, text, false);
    return line.toString();
  }

  /** A text of several lines; its line feeds stay. */
  public static void append(StringBuilder to, CharSequence text) {
    append(to, text, true);
  }

  private static void append(StringBuilder to, CharSequence text, boolean lines) {
    int done = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isHarmless(c) && !(lines && c == '\n')) {
        to.append(text, done, i);
        escape(to, c);
        done = i + 1;
      }
    }
    to.append(text, done, text.length());
  }

  private static boolean isHarmless(char c) {
    if (c < 0x7f) {
      return c >= ' ' || c == '\t';
    }
    return c > 0x9f
        && !(c >= '\u2028' && c <= '\u202e')
        && !(c >= '\u2066' && c <= '\u2069')
        && c != '\u200e'
        && c != '\u200f'
        && c != '\u061c'
        && c != '\ufeff';
  }

  private static void escape(StringBuilder to, char c) {
    if (c <= 0xff) {
      hex(to.append("\\x"), c, 2);
    } else {
      hex(to.append("\\u"), c, 4);
    }
  }

  static void hex(StringBuilder to, int number, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      to.append(HEX.charAt(number >> shift & 0xf));
    }
  }
}
