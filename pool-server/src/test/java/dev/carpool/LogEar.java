package dev.carpool;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Hears the log of this process. */
public final class LogEar implements AutoCloseable {

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Collection<String> lines = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(
              event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage());
        }
      };

  private LogEar() {}

  public static LogEar listening() {
    LogEar ear = new LogEar();
    ear.appender.setContext(ear.root.getLoggerContext());
    ear.appender.start();
    ear.root.addAppender(ear.appender);
    return ear;
  }

  /** What was said until now: level, logger, message. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    root.detachAppender(appender);
    appender.stop();
  }
}
