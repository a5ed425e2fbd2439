package dev.carpool.api;

/** Names that others chose, made harmless: they cannot draw on a terminal or break a line. */
public final class Printable {

  private Printable() {}

  public static String text(String name) {
    StringBuilder clean = new StringBuilder(name.length());
    name.codePoints().map(Printable::character).forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static int character(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> '?';
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> '?';
      default -> character;
    };
  }
}
