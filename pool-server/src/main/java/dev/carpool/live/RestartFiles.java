package dev.carpool.live;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.carpool.api.AppSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Notices that an application is to be restarted: {@code tmp/restart.txt} came to be or has another
 * mtime or ctime, or {@code tmp/always_restart.txt} exists. The files are kept. Looks at most once
 * a second an application.
 */
final class RestartFiles {

  private static final long BETWEEN_LOOKS = Duration.ofSeconds(1).toNanos();
  private static final Duration FORGET_AFTER = Duration.ofHours(1);
  private static final int MOST_APPS = 10_000;

  private final LongSupplier nanoClock;
  private final Cache<String, Seen> seen =
      CacheBuilder.newBuilder().expireAfterAccess(FORGET_AFTER).maximumSize(MOST_APPS).build();

  RestartFiles(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** What restart.txt looked like the last time; its fields are guarded by this object. */
  private static final class Seen {
    private long nextLook;
    private String state;

    Seen(String state, long nextLook) {
      this.state = state;
      this.nextLook = nextLook;
    }
  }

  /** What the files of an application ask for. */
  enum Wish {
    NONE,

    /** As in production: nobody is to notice. */
    ROLLING,

    /** As while developing: what asks now is served by the code of now. */
    AT_ONCE
  }

  /** What the application has been asked for since the last look. */
  Wish wishOf(AppSpec app) {
    long now = nanoClock.getAsLong();
    Path tmp = app.root().resolve("tmp");
    Seen last = seen.getIfPresent(app.name());
    if (last == null) {
      seen.put(app.name(), new Seen(state(tmp), now + BETWEEN_LOOKS));
      return Wish.NONE;
    }
    synchronized (last) {
      if (now - last.nextLook < 0) {
        return Wish.NONE;
      }
      last.nextLook = now + BETWEEN_LOOKS;
      String state = state(tmp);
      // That it was deleted is no wish; that it is there again later is one.
      boolean changed = !state.equals(last.state) && !state.isEmpty();
      last.state = state;
      if (Files.exists(tmp.resolve("always_restart.txt"))) {
        return Wish.AT_ONCE;
      }
      return changed ? Wish.ROLLING : Wish.NONE;
    }
  }

  private static String state(Path tmp) {
    try {
      var attributes =
          Files.readAttributes(tmp.resolve("restart.txt"), "unix:lastModifiedTime,ctime");
      return attributes.get("lastModifiedTime") + " " + attributes.get("ctime");
    } catch (IOException e) {
      return "";
    }
  }
}
