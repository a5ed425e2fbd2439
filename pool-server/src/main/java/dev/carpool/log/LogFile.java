package dev.carpool.log;

import dev.carpool.descriptor.AppendedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log file that is reopened when it was renamed, and whose failure is said once. Safe in any
 * thread; waits for the disk.
 *
 * <p>One that fails is tried again when it is reopened, and every minute: a disk that was full is
 * cleaned without anybody thinking of a signal.
 */
public final class LogFile implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
  private static final Duration TRIED_AGAIN = Duration.ofMinutes(1);
  private static final byte[] LINE_FEED = {'\n'};

  private final Path path;
  private @Nullable AppendedFile file;
  private @Nullable String said; // how it fails, since that is said once
  private long failedAt;
  private boolean closed;

  /** Whether the file ends in the middle of a line, since the disk was full there. */
  private boolean torn;

  /** How many hold it; guarded by {@link LogFiles}. */
  int holders;

  private LogFile(Path path) {
    this.path = path;
  }

  /** A file that may fail from its beginning, which is logged. */
  static LogFile of(Path path) {
    LogFile log = new LogFile(path);
    log.openOrFail();
    return log;
  }

  /**
   * Opens a file, or makes it.
   *
   * @throws IOException that says which file and why, if it cannot be written now
   */
  public static LogFile open(Path path) throws IOException {
    LogFile log = new LogFile(path);
    try {
      log.file = AppendedFile.open(path);
    } catch (IOException e) {
      throw new IOException("the log " + path + " cannot be opened: " + e.getMessage(), e);
    }
    return log;
  }

  /**
   * Appends whole lines.
   *
   * @return how many bytes are in the file: all, or fewer if it fails
   */
  public synchronized int write(byte[] bytes, int length) {
    if (file == null && !closed && System.nanoTime() - failedAt >= TRIED_AGAIN.toNanos()) {
      openOrFail();
    }
    int done = 0;
    try {
      if (file != null && torn && length > 0) {
        int _ = file.append(LINE_FEED, 0, 1);
        torn = false;
      }
      while (file != null && done < length) {
        done += file.append(bytes, done, length - done);
      }
      if (said != null && done > 0) {
        said = null;
        LOG.info("the log {} is written again", path);
      }
    } catch (IOException e) {
      torn |= done > 0 && bytes[done - 1] != '\n';
      fail("cannot be written", e);
    }
    return done;
  }

  /** Opens what has the path now; from then on nothing goes to what had it before. */
  public synchronized void reopen() {
    if (!closed) {
      shut();
      said = null; // whoever asks for it wants to hear of it
      openOrFail();
    }
  }

  private synchronized void openOrFail() {
    try {
      AppendedFile opened = AppendedFile.open(path);
      torn &= !opened.begunEmpty(); // the file that was torn may have been renamed
      file = opened;
    } catch (IOException e) {
      fail("cannot be opened", e);
    }
  }

  private void fail(String what, IOException e) {
    shut();
    failedAt = System.nanoTime();
    String failure = what + ": " + e.getMessage();
    if (!failure.equals(said)) {
      said = failure;
      LOG.error(
          "the log {} {}; its lines come here until it can be (tried every minute, and on USR1)",
          path,
          failure);
    }
  }

  private void shut() {
    if (file != null) {
      file.close();
      file = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    shut();
  }

  Path path() {
    return path;
  }
}
