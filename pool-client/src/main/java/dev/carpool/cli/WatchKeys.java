package dev.carpool.cli;

/** What keys mean while the status is watched. Pure; for one thread. */
final class WatchKeys {

  private static final int ESCAPE = 27;
  private static final int BACKSPACE = 8;
  private static final int DELETE = 127;
  private static final int MOST_DIGITS = 9;

  private Order order = Order.WAITING;
  private boolean asksForMax;
  private String digits = "";

  /** What is to be done. */
  sealed interface Action {
    /** Draw again, since what is shown has changed. */
    record Draw() implements Action {}

    record Quit() implements Action {}

    /** Change max by this much. */
    record ChangeMax(int by) implements Action {}

    record SetMax(int to) implements Action {}
  }

  Order order() {
    return order;
  }

  /** The last line: what the keys do, or what is being typed. */
  Line footer() {
    if (asksForMax) {
      return Line.of(Style.BOLD, "max: " + digits + "_")
          .and(Style.DIM, "   Enter sets it, Esc does not");
    }
    Line line = Line.of(Style.DIM, "sort:");
    for (Order each : Order.values()) {
      line = line.and(each == order ? Style.BOLD : Style.DIM, " " + each.words());
    }
    return line.and(Style.DIM, "   max: + - m NUMBER   q quits");
  }

  /** Takes a key; what begins with an escape and goes on is one that has no meaning here. */
  Action press(byte[] keys, int at) {
    int key = keys[at];
    if (asksForMax) {
      return typed(key);
    }
    Order wanted = Order.of((char) key);
    if (wanted != null) {
      order = wanted;
      return new Action.Draw();
    }
    return switch (key) {
      case 'q', 'Q' -> new Action.Quit();
      case '+' -> new Action.ChangeMax(1);
      case '-' -> new Action.ChangeMax(-1);
      case 'm' -> {
        asksForMax = true;
        digits = "";
        yield new Action.Draw();
      }
      default -> new Action.Draw();
    };
  }

  /** How many of these bytes are one key: an arrow is three. */
  static int length(byte[] keys, int at) {
    return keys[at] == ESCAPE && at + 1 < keys.length ? keys.length - at : 1;
  }

  private Action typed(int key) {
    switch (key) {
      case '\n', '\r' -> {
        asksForMax = false;
        return digits.isEmpty() ? new Action.Draw() : new Action.SetMax(Integer.parseInt(digits));
      }
      case ESCAPE -> asksForMax = false;
      case BACKSPACE, DELETE ->
          digits = digits.isEmpty() ? "" : digits.substring(0, digits.length() - 1);
      default -> {
        if (key >= '0' && key <= '9' && digits.length() < MOST_DIGITS) {
          digits += (char) key;
        }
      }
    }
    return new Action.Draw();
  }
}
