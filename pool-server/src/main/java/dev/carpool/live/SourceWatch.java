package dev.carpool.live;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one application that is being developed: whether they are others than at the last
 * look. Looks when it is asked, but not all the time: 300 ms after a look at the earliest, and when
 * twenty times as long has passed as that look took.
 *
 * <p>Safe in any thread; who asks while another one looks waits for what that finds.
 */
final class SourceWatch {

  private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);

  private static final long BETWEEN_LOOKS = Duration.ofMillis(300).toNanos();
  private static final long SHARE = 20;

  private final Path root;
  private final LongSupplier nanoClock;
  private FileSnapshot last; // guarded by this
  private long nextLook; // guarded by this

  /**
   * Remembers how the files are now.
   *
   * @param app its name, for the log
   */
  SourceWatch(String app, Path root, LongSupplier nanoClock) {
    this.root = root;
    this.nanoClock = nanoClock;
    this.last = look();
    if (!last.isWhole()) {
      LOG.warn(
          "{}: only {} files below {} are watched, those near the root first",
          app,
          FileSnapshot.MOST,
          root);
    }
  }

  Path root() {
    return root;
  }

  /** Says in words what has changed since the last look; null if nothing has. */
  synchronized @Nullable String change() {
    if (nanoClock.getAsLong() - nextLook < 0) {
      return null;
    }
    FileSnapshot before = last;
    last = look();
    return before.changeTo(last, root);
  }

  private FileSnapshot look() {
    long start = nanoClock.getAsLong();
    FileSnapshot seen = FileSnapshot.of(root);
    long end = nanoClock.getAsLong();
    nextLook = end + Math.max(BETWEEN_LOOKS, SHARE * (end - start));
    return seen;
  }
}
