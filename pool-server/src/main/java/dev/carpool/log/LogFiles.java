package dev.carpool.log;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The log files that applications have: one open file a path, however many processes print to it.
 * Safe in any thread.
 */
public final class LogFiles {

  private final LogFormat format;
  private final Map<Path, LogFile> open = new HashMap<>();

  public LogFiles(LogFormat format) {
    this.format = format;
  }

  LogFormat format() {
    return format;
  }

  /** A file that the caller holds until {@link #release}. */
  synchronized LogFile hold(Path path) {
    LogFile file = open.computeIfAbsent(path.toAbsolutePath().normalize(), LogFile::of);
    file.holders++;
    return file;
  }

  synchronized void release(LogFile file) {
    if (--file.holders == 0) {
      open.remove(file.path());
      file.close();
    }
  }

  /** Opens all of them anew, for whoever has renamed them. */
  public void reopen() {
    List<LogFile> files;
    synchronized (this) {
      files = List.copyOf(open.values());
    }
    files.forEach(LogFile::reopen); // not under the lock: the disk may be slow
  }
}
