package dev.carpool.live;

import dev.carpool.api.SpawnReport;
import dev.carpool.pool.PoolEffect;
import dev.carpool.pool.PoolEvent;
import dev.carpool.pool.ProcessId;
import dev.carpool.pool.RequestId;
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

  private static final class Open {
    final PoolEffect.HandOver granted;
    final Requester requester;

    /** Its process is being asked: whether it can be is not known. */
    boolean offered = true; // guarded by this object

    /** Its process ended while it was asked. */
    boolean lost; // guarded by this object

    Open(PoolEffect.HandOver granted, Requester requester) {
      this.granted = granted;
      this.requester = requester;
    }

    boolean isAt(long process) {
      return granted.process().value() == process;
    }

    /** Whether the session ends with its process; if not, whoever asks the process ends it. */
    synchronized boolean losesProcess() {
      lost = true;
      return !offered;
    }

    /** Whether the session has been lost by the time its process was asked. */
    synchronized boolean isServed() {
      offered = false;
      return !lost;
    }
  }

  private final Map<Long, Open> open = new ConcurrentHashMap<>();
  private final Map<RequestId, Requester> waiting;
  private final MemoryWatch memory;
  private final Consumer<PoolEvent> pool;
  private final AtomicLong last = new AtomicLong();

  /**
   * No sessions yet.
   *
   * @param waiting requests that the pool has not answered; what is taken back waits again
   */
  Sessions(Map<RequestId, Requester> waiting, MemoryWatch memory, Consumer<PoolEvent> pool) {
    this.waiting = waiting;
    this.memory = memory;
    this.pool = pool;
  }

  /** Opens a session, before its process is asked. */
  void open(PoolEffect.HandOver granted, Requester requester) {
    long session = granted.session().value();
    last.accumulateAndGet(session, Math::max);
    open.put(session, new Open(granted, requester));
  }

  /** The process of a session was asked. */
  void served(PoolEffect.HandOver granted) {
    Open of = open.get(granted.session().value());
    if (of != null && !of.isServed() && open.remove(granted.session().value(), of)) {
      of.requester.ended(LiveSession.Ending.LOST);
    }
  }

  /** Ends a session whose process could not be asked. Its requester waits again. */
  void abandon(PoolEffect.HandOver granted, String why) {
    Open of = open.remove(granted.session().value());
    if (of != null) { // else the end of the line was faster
      of.requester.returned();
      waitAgain(of, why);
    }
  }

  /** Says to the requester of a session that it takes too long. */
  void overdue(long session) {
    Open of = open.get(session);
    if (of != null) {
      of.requester.overdue();
    }
  }

  private void waitAgain(Open of, String why) {
    PoolEffect.HandOver granted = of.granted;
    waiting.put(granted.request().id(), of.requester);
    pool.accept(new PoolEvent.HandOverFailed(granted.session(), granted.request(), why));
  }

  @Override
  public void notTaken(long process, int session) {
    long id = fullNumber(session);
    Open of = open.get(id);
    if (of != null && of.isAt(process) && of.requester.takenBack()) {
      open.remove(id);
      waitAgain(of, "it ended before it took the connection");
    }
  }

  @Override
  public void answering(long process, int session) {
    Open of = open.get(fullNumber(session));
    if (of != null && of.isAt(process)) {
      of.requester.answering();
    }
  }

  @Override
  public void done(long process, int session, boolean complete) {
    long id = fullNumber(session);
    Open of = open.get(id);
    if (of == null || !of.isAt(process)) {
      LOG.warn("a process says it is done with session {}, which it does not have", id);
      return;
    }
    open.remove(id);
    pool.accept(new PoolEvent.Done(new SessionId(id))); // first: somebody may wait for the place
    of.requester.ended(complete ? LiveSession.Ending.COMPLETE : LiveSession.Ending.CUT_SHORT);
  }

  /** The lowest 32 bits belong to a session that is open, so to one of the last 2^32. */
  private long fullNumber(int lowest) {
    long newest = last.get();
    long number = (newest & ~0xffffffffL) | Integer.toUnsignedLong(lowest);
    return number > newest ? number - (1L << 32) : number;
  }

  @Override
  public void started(long process, long pid) {
    memory.started(process, pid);
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
    memory.gone(process);
    open.values()
        .removeIf(
            of -> {
              if (!of.isAt(process) || !of.losesProcess()) {
                return false;
              }
              of.requester.ended(LiveSession.Ending.LOST);
              return true;
            });
    pool.accept(new PoolEvent.Gone(new ProcessId(process), how));
  }
}
