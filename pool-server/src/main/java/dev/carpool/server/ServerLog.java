package dev.carpool.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.carpool.log.LogFile;
import dev.carpool.log.LogFormat;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The server's log, on standard error or in a file. Nobody who logs waits for it: one thread
 * writes, and what comes while 4 MiB wait for it is counted instead.
 */
final class ServerLog extends UnsynchronizedAppenderBase<ILoggingEvent> {

  private static final int MOST_WAITING = 4 << 20;

  /** Lines of applications leave the other half to the server itself. */
  private static final int MOST_PRINTED = MOST_WAITING / 2;

  private static final int PREPARED = 16 * 1024;

  private final OutputStream standardError = new FileOutputStream(FileDescriptor.err);
  private final Object lock = new Object();

  private ByteArrayOutputStream waiting = new ByteArrayOutputStream(PREPARED); // guarded by lock
  private long dropped; // guarded by lock
  private boolean writing; // guarded by lock
  private volatile LogFormat format = LogFormat.TEXT;
  private volatile @Nullable LogFile file;

  @Override
  public void start() {
    super.start();
    Thread.ofPlatform().name("log").daemon(true).start(this::run);
  }

  void format(LogFormat wanted) {
    format = wanted;
  }

  LogFormat format() {
    return format;
  }

  /** Writes to a file from now on; to standard error only what that cannot take. */
  void file(LogFile wanted) {
    file = wanted;
  }

  void reopen() {
    LogFile now = file;
    if (now != null) {
      now.reopen();
    }
  }

  /** Waits until all is written that was logged before, but not for long. */
  void flush(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (lock) {
      try {
        while (writing || waiting.size() > 0 || dropped > 0) {
          long left = (deadline - System.nanoTime()) / 1_000_000;
          if (left <= 0) {
            return;
          }
          lock.wait(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    LogFormat.Event line = event(event);
    StringBuilder text = new StringBuilder(256);
    format.event(text, line);
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    int most = line.app() == null ? MOST_WAITING : MOST_PRINTED;
    synchronized (lock) {
      if (waiting.size() + bytes.length > most) {
        dropped++;
        return;
      }
      waiting.write(bytes, 0, bytes.length);
      lock.notifyAll();
    }
  }

  private static LogFormat.Event event(ILoggingEvent event) {
    String logger = event.getLoggerName();
    String exception =
        event.getThrowableProxy() == null
            ? null
            : ThrowableProxyUtil.asString(event.getThrowableProxy());
    String level = event.getLevel().toString();
    if (logger.startsWith(LogFormat.APPS)
        && LogFormat.PRINTED.equals(event.getMessage())
        && event.getArgumentArray() instanceof Object[] arguments
        && arguments.length == 2
        && arguments[0] instanceof Long pid) {
      String app = logger.substring(LogFormat.APPS.length());
      String printed = String.valueOf(arguments[1]);
      return new LogFormat.Event(event.getTimeStamp(), level, logger, app, pid, printed, exception);
    }
    return new LogFormat.Event(
        event.getTimeStamp(), level, logger, null, 0, event.getFormattedMessage(), exception);
  }

  private void run() {
    ByteArrayOutputStream mine = new ByteArrayOutputStream(PREPARED);
    while (true) {
      synchronized (lock) {
        writing = false;
        lock.notifyAll();
        while (waiting.size() == 0 && dropped == 0) {
          try {
            lock.wait();
          } catch (InterruptedException e) {
            return; // nobody does that
          }
        }
        ByteArrayOutputStream taken = waiting;
        waiting = mine;
        mine = taken;
        if (dropped > 0) {
          byte[] told = told(dropped);
          mine.write(told, 0, told.length);
          dropped = 0;
        }
        writing = true;
      }
      write(mine.toByteArray());
      mine = new ByteArrayOutputStream(PREPARED); // a large one is not kept
    }
  }

  private byte[] told(long lines) {
    StringBuilder text = new StringBuilder();
    format.event(
        text,
        new LogFormat.Event(
            System.currentTimeMillis(),
            "WARN",
            ServerLog.class.getName(),
            null,
            0,
            String.format(
                Locale.ROOT, "%,d lines were dropped, since nobody took them in time", lines),
            null));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void write(byte[] bytes) {
    LogFile to = file;
    int done = to == null ? 0 : to.write(bytes, bytes.length);
    try {
      standardError.write(bytes, done, bytes.length - done);
    } catch (IOException e) {
      // Nobody is left who could be told.
    }
  }
}
