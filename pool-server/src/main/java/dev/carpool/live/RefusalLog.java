package dev.carpool.live;

import dev.carpool.api.PoolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says every refusal in the log, though not each in a line of its own: of an application and a
 * reason, the first is said at once, and those of the second after it together at its end.
 *
 * <p>Safe in any thread; lines are written without a lock.
 */
final class RefusalLog implements AutoCloseable {

  /** Applications that have lines of their own within a second; the others share theirs. */
  static final int MOST_APPS = 100;

  private static final String OTHERS = "other applications";
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Consumer<String> log;
  private final LongSupplier nanoClock;
  private final Later later;

  /** Those of which something was said within the last second. Guarded by this object. */
  private final Map<String, Map<Class<?>, Unsaid>> apps = new HashMap<>();

  private boolean lookIsDue; // guarded by this object

  /** Runs something small after a while. */
  @FunctionalInterface
  interface Later {
    void run(Runnable task, Duration delay);
  }

  /** Refusals of one application for one reason since the last line about them. */
  private static final class Unsaid {
    private long until;
    private int count;
    private String message = "";
  }

  /**
   * Of no refusals yet.
   *
   * @param log gets the lines
   * @param later may forget what it was given when nothing is refused any more
   */
  RefusalLog(Consumer<String> log, LongSupplier nanoClock, Later later) {
    this.log = log;
    this.nanoClock = nanoClock;
    this.later = later;
  }

  /** Says, now or within a second, that a request of that application was refused. */
  void refused(String app, PoolException reason) {
    String line = count(app, reason);
    if (line != null) {
      log.accept(line);
    }
  }

  private synchronized @Nullable String count(String app, PoolException reason) {
    String name = apps.size() < MOST_APPS || apps.containsKey(app) ? app : OTHERS;
    Map<Class<?>, Unsaid> reasons = apps.computeIfAbsent(name, key -> new HashMap<>());
    Unsaid unsaid = reasons.get(reason.getClass());
    String message = String.valueOf(reason.getMessage());
    long now = nanoClock.getAsLong();
    if (unsaid == null) {
      unsaid = new Unsaid();
      unsaid.until = now + SECOND.toNanos();
      reasons.put(reason.getClass(), unsaid);
      lookIn(SECOND);
      return "refused a request of '%s': %s".formatted(app, message);
    }
    unsaid.count++;
    unsaid.message = message;
    return now - unsaid.until < 0 ? null : take(name, unsaid, now);
  }

  /** What is to be said of them. A second of silence about them follows. */
  private static String take(String app, Unsaid unsaid, long now) {
    String line =
        "refused %d more request%s of %s in the last second: %s"
            .formatted(
                unsaid.count,
                unsaid.count == 1 ? "" : "s",
                app.equals(OTHERS) ? OTHERS : "'" + app + "'",
                unsaid.message);
    unsaid.count = 0;
    unsaid.until = now + SECOND.toNanos();
    return line;
  }

  private void lookIn(Duration delay) {
    if (!lookIsDue) {
      lookIsDue = true;
      later.run(this::look, delay);
    }
  }

  /** Says what waited for the end of its second, and forgets those of which nothing more came. */
  private void look() {
    List<String> lines = new ArrayList<>();
    synchronized (this) {
      lookIsDue = false;
      long now = nanoClock.getAsLong();
      long next = SECOND.toNanos();
      for (Map.Entry<String, Map<Class<?>, Unsaid>> app : apps.entrySet()) {
        app.getValue().values().removeIf(u -> now - u.until >= 0 && u.count == 0);
        for (Unsaid unsaid : app.getValue().values()) {
          if (now - unsaid.until >= 0) {
            lines.add(take(app.getKey(), unsaid, now));
          }
          next = Math.min(next, unsaid.until - now);
        }
      }
      apps.values().removeIf(Map::isEmpty);
      if (!apps.isEmpty()) {
        lookIn(Duration.ofNanos(next));
      }
    }
    lines.forEach(log);
  }

  /** Says what is still unsaid. */
  @Override
  public void close() {
    List<String> lines = new ArrayList<>();
    synchronized (this) {
      long now = nanoClock.getAsLong();
      apps.forEach(
          (app, reasons) ->
              reasons.values().stream()
                  .filter(unsaid -> unsaid.count > 0)
                  .forEach(unsaid -> lines.add(take(app, unsaid, now))));
    }
    lines.forEach(log);
  }
}
