package dev.carpool.pool;

import static com.google.common.base.Verify.verify;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A pool as its events and effects show it: plain lists, of which all are searched every time. */
class SeenPool {

  private static final long SECOND = 1_000_000_000L;
  static final long GRACE = 25_000_000L;

  /** What is remembered about an application between its processes. */
  static final class Memory {
    int places = 1;
    int pauses;
    int failures;
    int youngDeaths;
    boolean reported;
    long failedAt;
    long pauseEnds = Long.MIN_VALUE;
    boolean configured;
    boolean removed;
    int min;
    AppLimits own = AppLimits.NONE;
  }

  PoolLimits limits;
  long now;
  boolean shuttingDown;
  final Map<ProcessId, SeenProcess> processes = new LinkedHashMap<>();
  final Map<SessionId, SeenSession> sessions = new LinkedHashMap<>();
  final TreeMap<RequestId, Request> queued = new TreeMap<>();
  final Map<String, Memory> memories = new HashMap<>();
  final Multiset<String> unserved = HashMultiset.create();

  SeenPool(PoolLimits limits) {
    this.limits = limits;
  }

  Memory memory(String app) {
    return memories.computeIfAbsent(app, name -> new Memory());
  }

  // What happens: called before the machine is told.

  void requested(RequestId id, AppSpec app, long deadline) {
    verify(queued.put(id, new Request(id, app, now, deadline, 0)) == null, "%s twice", id);
    Memory memory = memory(app.name());
    if (!memory.configured) {
      memory.min = memory.removed ? 0 : app.min();
      memory.own = app.limits();
    }
  }

  void configured(AppSpec app) {
    Memory memory = memory(app.name());
    memory.configured = true;
    memory.removed = false;
    memory.min = app.min();
    memory.own = app.limits();
  }

  void forgotten(String app) {
    Memory memory = memory(app);
    memory.configured = false;
    memory.removed = true;
    memory.min = 0;
  }

  void returned(Request request) {
    if (!memories.containsKey(request.app().name())) {
      memory(request.app().name()).min = request.app().min();
      memory(request.app().name()).own = request.app().limits();
    }
    Request again =
        new Request(
            request.id(),
            request.app(),
            request.since(),
            request.deadline(),
            request.attempts() + 1);
    verify(queued.put(request.id(), again) == null, "%s twice", request.id());
  }

  void ended(SessionId id) {
    SeenSession session = sessions.remove(id);
    if (session != null) {
      session.process.sessions.remove(session);
      session.process.idleSince = now;
    }
  }

  void ready(SeenProcess process, int places) {
    if (process.starting()) {
      process.ready = true;
      process.readyAt = now;
      process.places = places;
      process.idleSince = now;
      Memory memory = memory(process.app);
      memory.places = places;
      memory.pauses = 0;
      if (memory.youngDeaths == 0) {
        memory.failures = 0;
        memory.reported = false;
      }
    }
  }

  /** It has finished a session. */
  void done(SeenSession session, AppSpec app) {
    SeenProcess process = session.process;
    ended(session.id);
    process.served++;
    outlived(memory(process.app));
    int most = app.limits().maxRequests();
    process.worn |= most > 0 && process.served >= Lives.wornAfter(process.id, most);
    process.stale |= process.worn;
  }

  /** It ended by itself, if it was not on its way out. */
  void died(SeenProcess process) {
    Memory memory = memory(process.app);
    if (process.serving() && (process.served > 0 || now - process.readyAt >= 10 * SECOND)) {
      outlived(memory);
    } else if (process.serving()) {
      memory.failures++;
      memory.reported = true;
      memory.youngDeaths += memory.youngDeaths == 0 || process.startedAt >= memory.failedAt ? 1 : 0;
      memory.failedAt = now;
      int free = process.sessions.isEmpty() ? 1 : 5;
      if (memory.youngDeaths > free) {
        memory.pauses = Math.max(memory.pauses, memory.youngDeaths - free);
        pause(memory);
      }
    }
    startFailed(process, false);
  }

  private static void outlived(Memory memory) {
    if (memory.youngDeaths > 0) {
      memory.youngDeaths = 0;
      memory.failures = memory.pauses;
      memory.reported &= memory.pauses > 0;
    }
  }

  private void pause(Memory memory) {
    memory.pauseEnds = now + Math.min(60, 1L << Math.min(10, memory.pauses - 1)) * SECOND;
  }

  void startFailed(SeenProcess process, boolean reported) {
    if (process.starting()) {
      Memory memory = memory(process.app);
      memory.failures++;
      memory.reported |= reported;
      if (memory.pauses == 0 || process.startedAt > memory.failedAt) {
        memory.pauses++;
      }
      memory.failedAt = now;
      pause(memory);
    }
  }

  void gone(SeenProcess process) {
    died(process);
    processes.remove(process.id);
    unserved.add("lost", process.sessions.size());
    List.copyOf(process.sessions).forEach(session -> sessions.remove(session.id));
  }

  void restarted(String app, boolean atOnce) {
    memory(app).pauses = 0;
    memory(app).youngDeaths = 0;
    for (SeenProcess process : of(app, process -> true)) {
      process.stale = true;
      process.expelled |= atOnce;
    }
  }

  // Plain searches.

  List<SeenProcess> of(String app, Predicate<SeenProcess> which) {
    List<SeenProcess> found = new ArrayList<>();
    for (SeenProcess process : processes.values()) {
      if (process.app.equals(app) && which.test(process)) {
        found.add(process);
      }
    }
    return found;
  }

  List<Request> waiting(String app) {
    List<Request> found = new ArrayList<>();
    for (Request request : queued.values()) {
      if (request.app().name().equals(app)) {
        found.add(request);
      }
    }
    return found;
  }

  private int count(Predicate<SeenProcess> which) {
    int count = 0;
    for (SeenProcess process : processes.values()) {
      count += which.test(process) ? 1 : 0;
    }
    return count;
  }

  int starting() {
    return count(SeenProcess::starting);
  }

  int stopping() {
    return count(process -> process.stopping);
  }

  int staying(String app) {
    return of(app, process -> !process.stopping).size();
  }

  boolean perAppAllows(String app) {
    return of(app, process -> true).size() < maximum(app);
  }

  /** Processes that an application may have. */
  int maximum(String app) {
    return IntStream.of(limits.maxPerApp(), memory(app).own.max())
        .filter(max -> max > 0)
        .min()
        .orElse(Integer.MAX_VALUE);
  }

  /** Nanoseconds that a process of it may be idle; 0 for any time. */
  long maxIdle(String app) {
    Duration own = memory(app).own.maxIdleTime();
    return (own == null ? limits.maxIdleTime() : own).toNanos();
  }

  boolean isAboveMinimum(String app) {
    boolean rolling = !of(app, SeenProcess::staleAndServing).isEmpty();
    List<SeenProcess> lasting = of(app, p -> p.current() && !(rolling && p.starting()));
    return lasting.size() > (shuttingDown ? 0 : memory(app).min);
  }

  boolean pausing(String app) {
    return memory(app).pauses > 0 && now < memory(app).pauseEnds;
  }

  boolean isReturning(SeenSession session) {
    return session.process.current()
        && session.closedAt != Long.MAX_VALUE
        && now < session.closedAt + GRACE;
  }

  int returning(String app) {
    return (int)
        sessions.values().stream()
            .filter(session -> session.process.app.equals(app) && isReturning(session))
            .count();
  }

  static boolean isIdleLongest(SeenProcess process, List<SeenProcess> others) {
    return others.stream().allMatch(other -> other.idleSince >= process.idleSince);
  }
}
