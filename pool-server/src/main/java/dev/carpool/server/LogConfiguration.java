package dev.carpool.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.carpool.log.LogFile;
import dev.carpool.log.LogFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The server's log: one line an event on standard error, or in a file. In code, because reading XML
 * would be a good part of the time that a start takes.
 */
public final class LogConfiguration extends ContextAwareBase implements Configurator {

  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static volatile @Nullable ServerLog log;

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (LogConfiguration.class.getResource("/logback.xml") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY; // whoever embeds the server has a log of its own
    }
    ServerLog made = new ServerLog();
    made.setContext(context);
    made.setName("server");
    made.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(made);
    context.getLogger("org.eclipse.jetty").setLevel(Level.WARN);
    log = made;
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Says more of what Carpool itself does. */
  static void verbose() {
    ((Logger) LoggerFactory.getLogger("dev.carpool")).setLevel(Level.DEBUG);
  }

  /** Logs in a format from now on. */
  static void format(LogFormat format) {
    ServerLog there = configured();
    if (there != null) {
      there.format(format);
    }
  }

  /** The format of this log, which log files of applications have, too. */
  static LogFormat format() {
    ServerLog there = configured();
    return there == null ? LogFormat.TEXT : there.format();
  }

  /** Logs to a file from now on. */
  static void file(Path path) throws IOException {
    ServerLog there = configured();
    if (there != null) {
      there.file(LogFile.open(path));
    }
  }

  /** Opens the file anew, if the log is in one. */
  static void reopen() {
    ServerLog there = log;
    if (there != null) {
      there.reopen();
    }
  }

  /** Waits a second at most until all is written. */
  static void flush() {
    ServerLog there = log;
    if (there != null) {
      there.flush(LAST_WORDS);
    }
  }

  /** Null if a {@code logback.xml} rules. */
  private static @Nullable ServerLog configured() {
    LoggerFactory.getILoggerFactory(); // configures, the first time
    return log;
  }
}
