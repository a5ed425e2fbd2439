package dev.carpool.descriptor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Connects to a named Unix stream socket, with {@link Patience} if whoever is to listen there
 * lives: it may be starting, restarting, or behind with accepting.
 *
 * <p>Never waits in the kernel, where a connect to a full backlog would sleep without a limit. Safe
 * in any thread.
 */
public final class Connector {

  private final Path socket;
  private final Listener listener;
  private final Consumer<Retry> heard;
  private final AtomicLong retries = new AtomicLong();

  /**
   * Whoever is to listen.
   *
   * <p>Asked before each wait, unless a full backlog has said already that somebody is there. The
   * answer is to come from the living: a pidfd, a lock that the kernel takes back; a remembered pid
   * may be somebody else's by now.
   */
  @FunctionalInterface
  public interface Listener {
    boolean isAlive() throws IOException;

    /**
     * A process.
     *
     * @param pidfd from {@link ProcessDescriptor#open}; stays the caller's
     */
    static Listener process(Descriptor pidfd) {
      return () -> pidfd.ready(Readiness.READABLE) == 0;
    }
  }

  /**
   * A try that failed, and is made again.
   *
   * @param socket its path
   * @param why ENOENT, ECONNREFUSED or EAGAIN
   * @param number from 1
   * @param in how long from now
   */
  public record Retry(Path socket, Errno why, int number, Duration in) {

    /** A line for a log, at info. */
    @Override
    public String toString() {
      return "%s; retry %d in %d ms"
          .formatted(UnreachableException.words(socket, why), number, in.toMillis());
    }
  }

  /**
   * Connects nothing yet.
   *
   * @param heard told of each retry before its wait, in the thread that connects; logs it
   */
  public Connector(Path socket, Listener listener, Consumer<Retry> heard) {
    this.socket = socket;
    this.listener = listener;
    this.heard = heard;
  }

  /**
   * Connects, trying again for as long as there is hope and time.
   *
   * @return a blocking, close-on-exec socket that the caller owns
   * @throws UnreachableException the last reason: also at once if nobody lives who could listen
   * @throws InterruptedException if interrupted while waiting for a retry
   */
  public Descriptor connect(Duration within) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Patience patience = new Patience(begin, within);
    while (true) {
      int tries = patience.tries();
      try {
        return UnixSocket.connect(socket);
      } catch (ErrnoException e) {
        long now = System.nanoTime();
        Duration wait = isHopeful(e.errno()) ? patience.next(now) : null;
        if (wait == null) {
          throw new UnreachableException(socket, e, tries, Duration.ofNanos(now - begin));
        }
        retries.incrementAndGet();
        heard.accept(new Retry(socket, e.errno(), tries, wait));
        Thread.sleep(wait);
      }
    }
  }

  private boolean isHopeful(Errno why) throws IOException {
    return UnreachableException.mayPass(why) && (why == Errno.EAGAIN || listener.isAlive());
  }

  /** How many tries were made again until now, in all calls. */
  public long retries() {
    return retries.get();
  }
}
