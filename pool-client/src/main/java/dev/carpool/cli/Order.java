package dev.carpool.cli;

import dev.carpool.api.PoolStatus;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** In which order applications are shown. */
enum Order {
  WAITING('w', Comparator.comparing(app -> -app.waiting())),
  BUSY('b', Comparator.comparing(app -> -busy(app))),
  NAME('n', Comparator.comparing(PoolStatus.App::name)),
  REFUSED('r', Comparator.comparing(app -> -app.unserved().refused()));

  private final char key;
  private final Comparator<PoolStatus.App> first;

  Order(char key, Comparator<PoolStatus.App> first) {
    this.key = key;
    this.first = first;
  }

  /** The order of a key; null if it has none. */
  static @Nullable Order of(char key) {
    for (Order order : values()) {
      if (order.key == key) {
        return order;
      }
    }
    return null;
  }

  /** Its key and its name. */
  String words() {
    return key + " " + name().toLowerCase(Locale.ROOT);
  }

  /** What is largest comes first; what is equal goes by name. */
  Comparator<PoolStatus.App> comparator() {
    return first.thenComparing(PoolStatus.App::name);
  }

  /** Processes with a session. */
  static int busy(PoolStatus.App app) {
    return (int) app.processes().stream().filter(process -> process.sessions() > 0).count();
  }
}
