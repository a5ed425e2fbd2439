package dev.carpool.spawn;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.EventLoop;
import dev.carpool.descriptor.ProcessDescriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a process that a preloader forked. That it ended is heard from the kernel, since the
 * preloader may be gone; how it ended only its parent can know, the preloader. On the loop.
 */
final class ForkedEnd implements Birth.End {

  private static final Logger LOG = LoggerFactory.getLogger(ForkedEnd.class);

  /** How long a preloader that lives may take to say how its child ended. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final long pid;
  private final HelperSpawner home;
  private @Nullable Consumer<ExitStatus> listener;
  private @Nullable Descriptor process;
  private EventLoop.@Nullable Watch watch;
  private boolean ended;
  private boolean orphan;

  ForkedEnd(long pid, HelperSpawner home) {
    this.pid = pid;
    this.home = home;
  }

  @Override
  public void told(Consumer<ExitStatus> listener) {
    this.listener = listener;
    try {
      // Its number cannot be another's yet: it would have to come round in this millisecond.
      process = ProcessDescriptor.open(pid);
      watch = home.watch(process, this::hasEnded);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ESRCH) {
        hasEnded(); // its parent has buried it already
      } else {
        cannotSee(e);
      }
    } catch (IOException e) {
      cannotSee(e);
    }
  }

  private void cannotSee(IOException e) {
    LOG.warn("the end of process {} is heard of from its preloader alone: {}", pid, e.getMessage());
  }

  private void hasEnded() {
    close();
    ended = true;
    if (orphan) {
      tell(ExitStatus.UNKNOWN);
    } else {
      home.later(PATIENCE, () -> tell(ExitStatus.UNKNOWN));
    }
  }

  /** Its parent says how it ended. */
  void status(int value) {
    tell(new ExitStatus(value));
  }

  /** Its parent is gone: nobody will say how it ended. */
  void orphaned() {
    orphan = true;
    if (ended) {
      tell(ExitStatus.UNKNOWN);
    }
  }

  private void tell(ExitStatus status) {
    close();
    if (listener != null) {
      Consumer<ExitStatus> told = Objects.requireNonNull(listener);
      listener = null;
      told.accept(status);
    }
  }

  private void close() {
    if (watch != null) {
      watch.end();
      watch = null;
    }
    if (process != null) {
      process.close();
      process = null;
    }
  }
}
