package dev.carpool.log;

import dev.carpool.descriptor.EventLoop;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's own log. What is beyond the application's {@link Allowance} is counted. */
final class ServerOutlet implements Outlet {

  private static final Duration SAID_EVERY = Duration.ofSeconds(1);

  /** What a line costs beside its text: time, level, name. */
  private static final int BESIDE = 64;

  private final Logger log;
  private final long pid;
  private final Allowance allowance;
  private final EventLoop loop;
  private final Runnable onClose;
  private EventLoop.@Nullable Timer timer;
  private long droppedLines;
  private long droppedBytes;

  ServerOutlet(String app, long pid, Allowance allowance, EventLoop loop, Runnable onClose) {
    log = LoggerFactory.getLogger(LogFormat.APPS + app);
    this.pid = pid;
    this.allowance = allowance;
    this.loop = loop;
    this.onClose = onClose;
  }

  @Override
  public void say(String line) {
    if (allowance.take(line.length() + BESIDE, System.nanoTime())) {
      sayDropped();
      log.info(LogFormat.PRINTED, pid, line);
      return;
    }
    droppedLines++;
    droppedBytes += line.length() + 1;
    if (timer == null) {
      timer = loop.later(SAID_EVERY, this::sayDropped);
    }
  }

  private void sayDropped() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (droppedLines > 0) {
      log.warn(
          LogFormat.PRINTED,
          pid,
          String.format(
              Locale.ROOT,
              "%,d lines more (%,d bytes) were dropped here; a log file of the application's own"
                  + " takes all",
              droppedLines,
              droppedBytes));
      droppedLines = 0;
      droppedBytes = 0;
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    sayDropped();
    onClose.run();
  }
}
