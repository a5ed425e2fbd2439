package dev.carpool.live;

import dev.carpool.api.SpawnReport;
import dev.carpool.pool.PoolEvent;
import dev.carpool.pool.ProcessId;
import dev.carpool.pool.SessionId;
import dev.carpool.spawn.SpawnListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open sessions, and what the processes say about them and themselves, passed on to the pool as
 * events.
 */
final class Sessions implements SpawnListener {

  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  private record Open(Requester requester, long process) {}

  private final Map<Long, Open> open = new ConcurrentHashMap<>();
  private final Consumer<PoolEvent> pool;
  private final AtomicLong last = new AtomicLong();

  Sessions(Consumer<PoolEvent> pool) {
    this.pool = pool;
  }

  /** Opens a session, before its process is asked. */
  void open(long session, long process, Requester requester) {
    last.accumulateAndGet(session, Math::max);
    open.put(session, new Open(requester, process));
  }

  /** Forgets a session that its process was never asked for. */
  void abandon(long session) {
    open.remove(session);
  }

  @Override
  public void done(long process, int session, boolean complete) {
    long id = fullNumber(session);
    Open of = open.get(id);
    if (of == null || of.process() != process) {
      LOG.warn("a process says it is done with session {}, which it does not have", id);
      return;
    }
    open.remove(id);
    pool.accept(new PoolEvent.Done(new SessionId(id))); // first: somebody may wait for the place
    of.requester().ended(complete ? LiveSession.Ending.COMPLETE : LiveSession.Ending.CUT_SHORT);
  }

  /** The lowest 32 bits belong to a session that is open, so to one of the last 2^32. */
  private long fullNumber(int lowest) {
    long newest = last.get();
    long number = (newest & ~0xffffffffL) | Integer.toUnsignedLong(lowest);
    return number > newest ? number - (1L << 32) : number;
  }

  @Override
  public void started(long process, long pid) {
    pool.accept(new PoolEvent.Started(new ProcessId(process), pid));
  }

  @Override
  public void ready(long process, long pid, int concurrency) {
    pool.accept(new PoolEvent.Ready(new ProcessId(process), pid, concurrency));
  }

  @Override
  public void startFailed(long process, SpawnReport report) {
    pool.accept(new PoolEvent.StartFailed(new ProcessId(process), report));
  }

  @Override
  public void broken(long process, String why) {
    pool.accept(new PoolEvent.Broken(new ProcessId(process), why));
  }

  @Override
  public void gone(long process, String how) {
    open.values()
        .removeIf(
            of -> {
              if (of.process() != process) {
                return false;
              }
              of.requester().ended(LiveSession.Ending.LOST);
              return true;
            });
    pool.accept(new PoolEvent.Gone(new ProcessId(process), how));
  }
}
