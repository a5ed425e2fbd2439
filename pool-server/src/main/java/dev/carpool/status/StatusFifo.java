package dev.carpool.status;

import dev.carpool.api.PoolStatus;
import dev.carpool.api.StatusReport;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Errno;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.GroupAccess;
import dev.carpool.descriptor.NamedPipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A FIFO that says the pool's status: {@code cat status.fifo}.
 *
 * <p>One platform thread sleeps in open(2) until somebody opens the FIFO for reading, so no reader
 * costs nothing. Each reader gets a FIFO of its own: the first thing done after it came is to put a
 * fresh one in its place, so two readers in a row never share a report. (Two that open it while a
 * third is being answered, or in the same instant, do, and one of them may read nothing: no system
 * call can tell them apart.) The report goes into the pipe in one write that never waits, with room
 * reserved before: a reader that stops reading holds up nobody, and what it does not take is gone
 * with it.
 *
 * <p>The FIFO is kept by descriptor, and the thread waits at that, whatever happens to the name.
 * One that somebody deletes is there again when the server starts the next time.
 */
public final class StatusFifo implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StatusFifo.class);

  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(2);

  private final Path path;
  private final Path fresh;
  private final Supplier<PoolStatus> pool;
  private final Thread thread;

  /** Stands for the FIFO that the next reader will open. */
  private volatile Descriptor next;

  /**
   * Stands for the one that takes its place, under its hidden name; null if it could not be made.
   */
  private @Nullable Descriptor spare;

  private volatile boolean closing;

  /** Who may read it beside the owner. */
  private OptionalLong group = OptionalLong.empty(); // guarded by this

  private StatusFifo(Path path, Supplier<PoolStatus> pool) throws IOException {
    this.path = path;
    this.fresh = path.resolveSibling("." + path.getFileName() + ".fresh");
    this.pool = pool;
    this.next = prepare();
    publish();
    this.spare = prepare();
    this.thread = Thread.ofPlatform().name("status-fifo").daemon().unstarted(this::serve);
  }

  /**
   * Makes the FIFO, replacing what is there, and answers its readers until {@link #close()}.
   *
   * @param path in a directory that belongs to the server alone
   * @param pool takes a snapshot; called in the FIFO's thread, once for each reader
   */
  public static StatusFifo open(Path path, Supplier<PoolStatus> pool) throws IOException {
    StatusFifo fifo = new StatusFifo(path, pool);
    fifo.thread.start();
    return fifo;
  }

  private void serve() {
    while (!closing) {
      Descriptor fifo = next;
      try (Descriptor pipe = NamedPipe.openForReader(NamedPipe.pathOf(fifo))) {
        if (!closing) {
          renew(); // at once, since whoever comes before it shares this reader's report
          fifo.close();
          say(pipe);
          provide();
        }
      } catch (IOException | RuntimeException e) {
        if (!closing && !harmless(e)) {
          log.warn("The status FIFO {} failed a reader: {}", path, e.toString());
          pause();
        }
      }
    }
    finish();
  }

  private synchronized void finish() {
    next.close();
    if (spare != null) {
      spare.close();
    }
  }

  /**
   * Lets a group read it, or nobody but the owner.
   *
   * @throws IOException if this user may not; the message says what to do
   */
  public synchronized void admit(OptionalLong group) throws IOException {
    if (closing) {
      return; // the numbers by which it is reached may be another file's soon
    }
    this.group = group;
    permit(NamedPipe.pathOf(next));
    if (spare != null) {
      permit(NamedPipe.pathOf(spare));
    }
  }

  private synchronized void permit(Path fifo) throws IOException {
    GroupAccess.set(fifo, group, "rw-r-----");
  }

  /** Gives the FIFO's name to the spare one; whoever has the old one open keeps it for itself. */
  private synchronized void renew() throws IOException {
    Descriptor ready = spare == null ? prepare() : spare;
    spare = null;
    try {
      publish();
      next = ready;
    } catch (IOException e) {
      ready.close();
      throw e;
    }
  }

  private synchronized void provide() throws IOException {
    spare = prepare();
  }

  private synchronized Descriptor prepare() throws IOException {
    Files.deleteIfExists(fresh);
    NamedPipe.make(fresh);
    permit(fresh);
    return NamedPipe.reference(fresh);
  }

  private void publish() throws IOException {
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What failed once (no descriptors, no room) would fail again at once. */
  private void pause() {
    try {
      Thread.sleep(PAUSE_AFTER_FAILURE);
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  /** A reader that went before it was answered, or a signal. */
  private static boolean harmless(Exception e) {
    return e instanceof ErrnoException failed
        && (failed.errno() == Errno.EPIPE || failed.errno() == Errno.EINTR);
  }

  private void say(Descriptor pipe) throws IOException {
    ReportBytes report = new ReportBytes(StatusReport.of(pool.get()));
    byte[] bytes = report.fitting(NamedPipe.reserve(pipe, report.length()));
    pipe.nonBlocking();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      int written = pipe.write(segment);
      if (written < bytes.length) {
        log.debug("Of {} bytes of the status the pipe took {}", bytes.length, written);
      }
    }
  }

  /** Ends the thread and removes the FIFO; a second call does nothing. */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    long deadline = System.nanoTime() + PATIENCE_AT_CLOSE.toNanos();
    try {
      while (thread.isAlive() && System.nanoTime() < deadline) {
        // Being its reader wakes it; held until it is awake, or its open would go on waiting.
        try (@Nullable Descriptor reader = reader()) {
          thread.interrupt();
          thread.join(Duration.ofMillis(50));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      remove(path);
      remove(fresh);
    }
  }

  private @Nullable Descriptor reader() {
    try {
      return NamedPipe.openWithoutWaiting(NamedPipe.pathOf(next));
    } catch (IOException e) {
      return null; // the thread has just ended, and closed it
    }
  }

  private static void remove(Path name) {
    try {
      Files.deleteIfExists(name);
    } catch (IOException e) {
      log.warn("Cannot remove {}: {}", name, e.toString());
    }
  }
}
