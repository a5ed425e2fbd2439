package dev.carpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchKeysTest {

  private final WatchKeys keys = new WatchKeys();

  /** What these keys do, but for drawing. */
  private List<WatchKeys.Action> press(String typed) {
    byte[] bytes = typed.getBytes(StandardCharsets.UTF_8);
    List<WatchKeys.Action> actions = new ArrayList<>();
    for (int i = 0; i < bytes.length; i += WatchKeys.length(bytes, i)) {
      WatchKeys.Action action = keys.press(bytes, i);
      if (!(action instanceof WatchKeys.Action.Draw)) {
        actions.add(action);
      }
    }
    return actions;
  }

  private String footer() {
    return keys.footer().shown(100, false);
  }

  @Test
  void lettersSort() {
    assertThat(keys.order()).isEqualTo(Order.WAITING);
    assertThat(press("b")).isEmpty();
    assertThat(keys.order()).isEqualTo(Order.BUSY);
    press("n");
    assertThat(keys.order()).isEqualTo(Order.NAME);
    press("rxyz");
    assertThat(keys.order()).isEqualTo(Order.REFUSED);
    assertThat(keys.footer().shown(100, true)).contains(Style.BOLD.paint(" r refused"));
    press("w");
    assertThat(keys.order()).isEqualTo(Order.WAITING);
  }

  @Test
  void plusAndMinusChangeMaxAndQQuits() {
    assertThat(press("+-q"))
        .containsExactly(
            new WatchKeys.Action.ChangeMax(1),
            new WatchKeys.Action.ChangeMax(-1),
            new WatchKeys.Action.Quit());
  }

  @Test
  void aNumberIsTypedAndCorrected() {
    assertThat(press("m1x2\u007f3\b4")).isEmpty();
    assertThat(footer()).isEqualTo("max: 14_   Enter sets it, Esc does not");
    assertThat(press("\r")).containsExactly(new WatchKeys.Action.SetMax(14));
    assertThat(footer()).startsWith("sort:");
    assertThat(press("m\n")).as("nothing was typed").isEmpty();
    assertThat(press("m12345678901\n")).containsExactly(new WatchKeys.Action.SetMax(123456789));
  }

  @Test
  void escapeLeavesItAndOtherKeysMeanNumbersWhileItIsTyped() {
    assertThat(press("m3q\u001b")).isEmpty();
    assertThat(press("q")).containsExactly(new WatchKeys.Action.Quit());
  }

  @Test
  void anArrowIsOneKeyWithoutAMeaning() {
    assertThat(press("\u001b[A")).isEmpty();
    assertThat(press("m5\u001b[3~")).isEmpty();
    assertThat(footer()).startsWith("sort:");
  }
}
