package dev.carpool;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.Extension;

/**
 * Lets each await of the tests look at once, and again soon. By itself Awaitility first sleeps for
 * 100 ms, which the suite of a pool alone would do some hundred times. JUnit finds this by itself.
 */
public final class ShortWaits implements Extension {

  /** Called by JUnit, before the first test. */
  public ShortWaits() {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
  }
}
