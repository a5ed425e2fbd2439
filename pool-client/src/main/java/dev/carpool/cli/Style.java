package dev.carpool.cli;

/** How words look on a terminal. */
enum Style {
  PLAIN(""),
  BOLD("1"),
  DIM("2"),
  RED("31"),
  GREEN("32"),
  YELLOW("33"),
  CYAN("36");

  private static final String ESCAPE = "\u001b[";

  private final String code;

  Style(String code) {
    this.code = code;
  }

  /** Words with what a terminal needs to show them so. */
  String paint(String words) {
    return this == PLAIN || words.isBlank() ? words : ESCAPE + code + "m" + words + ESCAPE + "0m";
  }
}
