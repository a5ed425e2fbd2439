package dev.carpool.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A log file of the application's own; what it cannot take goes to the server's log. */
final class FileOutlet implements Outlet {

  private static final int BATCH = 60 * 1024;

  private final String app;
  private final long pid;
  private final LogFiles files;
  private final LogFile file;
  private final Outlet otherwise;
  private final StringBuilder batch = new StringBuilder();
  private final List<String> lines = new ArrayList<>();

  /**
   * @param file held for this, and released by {@link #close}
   * @param otherwise closed with it
   */
  FileOutlet(String app, long pid, LogFiles files, LogFile file, Outlet otherwise) {
    this.app = app;
    this.pid = pid;
    this.files = files;
    this.file = file;
    this.otherwise = otherwise;
  }

  @Override
  public void say(String line) {
    files.format().printed(batch, System.currentTimeMillis(), app, pid, line);
    lines.add(line);
    if (batch.length() >= BATCH) {
      flush();
    }
  }

  @Override
  public void flush() {
    if (lines.isEmpty()) {
      return;
    }
    byte[] bytes = batch.toString().getBytes(StandardCharsets.UTF_8);
    int written = file.write(bytes, bytes.length);
    if (written < bytes.length) {
      int whole = 0;
      for (int i = 0; i < written; i++) {
        if (bytes[i] == '\n') {
          whole++;
        }
      }
      lines.subList(whole, lines.size()).forEach(otherwise::say);
    }
    batch.setLength(0);
    lines.clear();
  }

  @Override
  public void close() {
    flush();
    files.release(file);
    otherwise.close();
  }
}
