package dev.carpool.pool;

import com.google.common.base.Verify;
import dev.carpool.api.AppSpec;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The applications that the pool knows. Those with something going on are {@link #awake()}, so that
 * an event costs nothing for the others. An application that nobody configured is forgotten when it
 * falls asleep; of those whose start failed, a limited number is remembered.
 */
final class Apps {

  /** Applications that are remembered for their failure alone. */
  static final int REMEMBERED_FAILURES = 256;

  private final Map<String, AppPool> byName = new HashMap<>();
  private final Set<AppPool> awake = new LinkedHashSet<>();
  private final Set<AppPool> failed = new LinkedHashSet<>();

  /** Of all that are forgotten. */
  private final Tally forgotten = new Tally();

  /** Hears of each that is forgotten. */
  private final Consumer<AppPool> onForget;

  Apps(Consumer<AppPool> onForget) {
    this.onForget = onForget;
  }

  @Nullable AppPool get(String name) {
    return byName.get(name);
  }

  Collection<AppPool> all() {
    return byName.values();
  }

  Collection<AppPool> awake() {
    return awake;
  }

  /** The application of that name, awake; made known if it was not. */
  AppPool wake(AppSpec spec) {
    AppPool app = byName.get(spec.name());
    if (app == null) {
      app = new AppPool(spec);
      byName.put(app.name, app);
    }
    if (awake.add(app)) {
      failed.remove(app);
    }
    return app;
  }

  /** Lets those fall asleep that have nothing to do. */
  void rest(boolean keepMinimum) {
    Iterator<AppPool> candidates = awake.iterator();
    while (candidates.hasNext()) {
      AppPool app = candidates.next();
      if (app.isQuiet() && (app.spec.min() == 0 || app.removed || !keepMinimum)) {
        candidates.remove();
        fallAsleep(app);
      }
    }
  }

  private void fallAsleep(AppPool app) {
    app.missing = 0;
    if (app.configured) {
      return;
    }
    if (app.backOff.failures() == 0 || app.removed) {
      forget(app);
      return;
    }
    failed.add(app);
    if (failed.size() > REMEMBERED_FAILURES) {
      Iterator<AppPool> eldest = failed.iterator();
      forget(eldest.next());
      eldest.remove();
    }
  }

  private void forget(AppPool app) {
    byName.remove(app.name);
    forgotten.add(app.tally);
    onForget.accept(app);
  }

  /** Where it is counted what becomes of an application's requests, though nobody may know it. */
  Tally tally(String name) {
    AppPool app = byName.get(name);
    return app == null ? forgotten : app.tally;
  }

  /** What is counted of all, also of those that are forgotten. */
  Tally tally() {
    Tally sum = new Tally();
    sum.add(forgotten);
    byName.values().forEach(app -> sum.add(app.tally));
    return sum;
  }

  void verify() {
    for (AppPool app : byName.values()) {
      app.verify();
      boolean asleep = app.configured || failed.contains(app);
      Verify.verify(awake.contains(app) || (app.isQuiet() && asleep), "%s sleeps", app.name);
    }
    Verify.verify(byName.values().containsAll(awake), "one is awake and forgotten");
    Verify.verify(failed.size() <= REMEMBERED_FAILURES, "%s failures", failed.size());
  }
}
