package dev.carpool.pool;

import static com.google.common.base.Verify.verify;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What must be true of a pool's answers, from the rules and not from its code. It keeps plain
 * lists, searches all of them every time, and decides nothing: it only objects.
 */
final class ReferencePool {

  private static final long SECOND = 1_000_000_000L;
  private static final long GRACE = 10_000_000L;

  static final class Proc {
    final ProcessId id;
    final String app;
    final int generation;
    final long startedAt;
    boolean ready;
    boolean stopping;
    boolean forced;

    /** Of an earlier generation. */
    boolean stale;

    long pid;
    int places = 1;
    long idleSince;
    final List<Sess> sessions = new ArrayList<>();

    Proc(ProcessId id, String app, int generation, long startedAt) {
      this.id = id;
      this.app = app;
      this.generation = generation;
      this.startedAt = startedAt;
    }

    boolean starting() {
      return !ready && !stopping;
    }

    boolean idle() {
      return ready && !stopping && sessions.isEmpty();
    }

    boolean current() {
      return !stopping && !stale;
    }

    boolean free() {
      return ready && current() && sessions.size() < places;
    }
  }

  static final class Sess {
    final SessionId id;
    final Proc process;
    final Request request;
    long closedAt = Long.MAX_VALUE;

    Sess(SessionId id, Proc process, Request request) {
      this.id = id;
      this.process = process;
      this.request = request;
    }
  }

  /** What is remembered about an application between its processes. */
  private static final class Memory {
    int places = 1;
    int pauses;
    int failures;
    boolean reported;
    long failedAt;
    long pauseEnds = Long.MIN_VALUE;
    boolean configured;
    int min;
  }

  PoolLimits limits;
  long now;
  long alarm = Long.MAX_VALUE;
  boolean shuttingDown;
  boolean empty;
  int granted;
  final Map<ProcessId, Proc> processes = new LinkedHashMap<>();
  final Map<SessionId, Sess> sessions = new LinkedHashMap<>();
  final TreeMap<RequestId, Request> queued = new TreeMap<>();
  private final Map<String, Memory> memories = new HashMap<>();
  private int livingBefore;

  ReferencePool(PoolLimits limits) {
    this.limits = limits;
  }

  private Memory memory(String app) {
    return memories.computeIfAbsent(app, name -> new Memory());
  }

  // What happens: called before the machine is told.

  void requested(RequestId id, AppSpec app, long deadline) {
    verify(queued.put(id, new Request(id, app, now, deadline, 0)) == null, "%s twice", id);
    memory(app.name()).min = app.min();
  }

  void configured(AppSpec app) {
    memory(app.name()).configured = true;
    memory(app.name()).min = app.min();
  }

  void returned(Request request) {
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
    Sess session = sessions.remove(id);
    if (session != null) {
      session.process.sessions.remove(session);
      session.process.idleSince = now;
    }
  }

  void ready(Proc process, int places) {
    if (process.starting()) {
      process.ready = true;
      process.places = places;
      process.idleSince = now;
      Memory memory = memory(process.app);
      memory.places = places;
      memory.pauses = 0;
      memory.failures = 0;
      memory.reported = false;
    }
  }

  void startFailed(Proc process, boolean reported) {
    if (process.starting()) {
      Memory memory = memory(process.app);
      memory.failures++;
      memory.reported |= reported;
      if (memory.pauses == 0 || process.startedAt > memory.failedAt) {
        memory.pauses++;
      }
      memory.failedAt = now;
      memory.pauseEnds = now + Math.min(60, 1L << Math.min(10, memory.pauses - 1)) * SECOND;
    }
  }

  void gone(Proc process) {
    startFailed(process, false);
    processes.remove(process.id);
    List.copyOf(process.sessions).forEach(session -> sessions.remove(session.id));
  }

  void restarted(String app) {
    memory(app).pauses = 0;
    of(app, process -> true).forEach(process -> process.stale = true);
  }

  // What the machine answers.

  void check(List<PoolEffect> effects) {
    for (PoolEffect effect : effects) {
      switch (effect) {
        case PoolEffect.Start start -> started(start);
        case PoolEffect.HandOver handOver -> handedOver(handOver);
        case PoolEffect.Refuse refuse -> refused(refuse.request(), refuse.reason());
        case PoolEffect.Stop stop -> stopped(stop);
        case PoolEffect.Alarm set -> {
          verify(set.at() < alarm && set.at() > now, "alarm at %s: %s, %s", set.at(), now, alarm);
          alarm = set.at();
        }
        case PoolEffect.Note note -> verify(!note.text().isBlank());
        case PoolEffect.Empty it -> {
          verify(shuttingDown && processes.isEmpty() && !empty, "not empty");
          empty = true;
        }
      }
    }
    checkSettled();
  }

  private void started(PoolEffect.Start start) {
    String app = start.app().name();
    verify(processes.size() < limits.max(), "a start above max");
    verify(perAppAllows(app), "a start above max_per_app");
    verify(starting() < limits.maxSpawning(), "a start above max_spawning");
    verify(!pausing(app) && !shuttingDown, "a start in a pause or at the end");
    of(app, process -> process.stale)
        .forEach(old -> verify(old.generation < start.generation(), "an old generation"));
    Proc process = new Proc(start.process(), app, start.generation(), now);
    verify(processes.put(process.id, process) == null, "%s twice", process.id);
  }

  private void handedOver(PoolEffect.HandOver handOver) {
    Request request = handOver.request();
    String app = request.app().name();
    verify(request.equals(queued.get(request.id())), "%s does not wait", request);
    verify(request.id().equals(waiting(app).getFirst().id()), "%s is not the first", request);
    verify(request.deadline() > now, "%s is too late", request);
    queued.remove(request.id());
    Proc process = processes.get(handOver.process());
    verify(process != null && process.free() && process.app.equals(app), "%s", handOver);
    verify(process.pid == handOver.pid(), "pid %s, not %s", handOver.pid(), process.pid);
    for (Proc other : of(app, Proc::free)) {
      verify(other.sessions.size() >= process.sessions.size(), "%s has fewer", other.id);
      verify(!other.idle() || other.idleSince <= process.idleSince, "%s was in use", other.id);
    }
    Sess session = new Sess(handOver.session(), process, request);
    process.sessions.add(session);
    verify(sessions.put(session.id, session) == null, "%s twice", session.id);
    granted++;
  }

  void refused(Request request, PoolException reason) {
    String app = request.app().name();
    List<Request> others = waiting(app);
    verify(request.equals(queued.remove(request.id())), "%s does not wait", request);
    boolean fits =
        switch (reason) {
          case PoolException.QueueTimeout e -> request.deadline() <= now;
          case PoolException.QueueFull e ->
              queued.size() >= limits.queueMax() && others.getLast().equals(request);
          case PoolException.ShuttingDown e -> shuttingDown;
          case PoolException.Unavailable e -> request.attempts() == 10;
          case PoolException.SpawnFailed e -> pausing(app) && of(app, Proc::current).isEmpty();
          case PoolException.BadRequest e -> false;
          case PoolException.NotFound e -> false;
          case PoolException.Denied e -> false;
        };
    verify(fits, "%s refused: %s", request, reason);
  }

  private void stopped(PoolEffect.Stop stop) {
    Proc process = processes.get(stop.process());
    verify(process != null, "%s is not there to stop", stop);
    verify(!process.stopping || (stop.force() && !process.forced), "%s twice", stop);
    process.stopping = true;
    process.forced = stop.force();
  }

  // What must hold when the machine has answered.

  private void checkSettled() {
    int living = processes.size();
    verify(living <= Math.max(limits.max(), livingBefore), "%s processes live", living);
    livingBefore = living;
    int staying = living - stopping();
    for (Proc process : processes.values()) {
      checkProcess(process, staying);
    }
    for (Request request : queued.values()) {
      verify(request.deadline() > now, "%s waits beyond its time", request);
      verify(!shuttingDown, "%s waits for the end", request);
    }
    for (Map.Entry<String, Memory> entry : memories.entrySet()) {
      checkApp(entry.getKey(), entry.getValue());
    }
  }

  private void checkProcess(Proc process, int staying) {
    boolean above = limits.maxPerApp() > 0 && staying(process.app) > limits.maxPerApp();
    verify(!process.idle() || staying <= limits.max(), "%s is idle above max", process.id);
    verify(!process.idle() || !above, "%s is idle above max_per_app", process.id);
    verify(!process.idle() || !process.stale, "%s is idle and old", process.id);
    verify(process.sessions.size() <= process.places, "%s has too much to do", process.id);
    long limit = limits.maxIdleTime().toNanos();
    boolean tooLong = process.idle() && limit > 0 && process.idleSince + limit <= now;
    verify(!tooLong || !isAboveMinimum(process.app), "%s is idle for too long", process.id);
  }

  private void checkApp(String app, Memory memory) {
    List<Request> waiting = waiting(app);
    List<Proc> current = of(app, Proc::current);
    int mine = of(app, Proc::starting).size();
    verify(waiting.isEmpty() || of(app, Proc::free).isEmpty(), "%s: waits beside a place", app);
    if (of(app, process -> true).isEmpty() && waiting.isEmpty()) {
      memory.places =
          memory.configured || memory.failures > 0 || memory.min > 0 ? memory.places : 1;
    }
    if (pausing(app)) {
      boolean hopeless = current.isEmpty() && memory.reported;
      verify(waiting.isEmpty() || !hopeless, "%s: waits without hope", app);
      return;
    }
    boolean mayStart = !shuttingDown && perAppAllows(app);
    // A stopping process may stand for a planned one, which counts among the starts.
    mayStart &= starting() + stopping() < limits.maxSpawning();
    boolean wantsOne = waiting.size() > mine * memory.places + returning(app);
    boolean wantsMinimum = current.size() < memory.min;
    if (processes.size() < limits.max()) {
      verify(!mayStart || !(wantsOne || wantsMinimum), "%s: there is room for a start", app);
    } else if (wantsOne && mayStart && stopping() == 0) {
      for (Proc other : processes.values()) {
        boolean dispensable = other.idle() && !other.app.equals(app) && isAboveMinimum(other.app);
        verify(!dispensable, "%s could go for %s", other.id, app);
      }
    }
  }

  void checkStatus(PoolStatus status) {
    verify(status.count() == processes.size(), "count is %s", status.count());
    long active = processes.values().stream().filter(p -> !p.sessions.isEmpty()).count();
    verify(status.active() == active, "active is %s, not %s", status.active(), active);
    long idle = processes.values().stream().filter(Proc::idle).count();
    verify(status.inactive() == idle, "inactive is %s, not %s", status.inactive(), idle);
    int all = status.waiting() + status.expecting();
    verify(all == queued.size(), "%s wait, not %s", queued.size(), all);
    verify(status.waiting() <= limits.queueMax(), "%s in the room", status.waiting());
    int expected = 0;
    for (String app : memories.keySet()) {
      int places = of(app, Proc::starting).size() * memory(app).places + returning(app);
      expected += Math.min(waiting(app).size(), places);
    }
    verify(status.expecting() >= expected, "%s are expected for", expected);
    verify(stopping() > 0 || status.expecting() == expected, "%s are expected for", expected);
  }

  // Plain searches.

  private List<Proc> of(String app, Predicate<Proc> which) {
    return processes.values().stream().filter(p -> p.app.equals(app) && which.test(p)).toList();
  }

  private List<Request> waiting(String app) {
    return queued.values().stream().filter(r -> r.app().name().equals(app)).toList();
  }

  private int starting() {
    return (int) processes.values().stream().filter(Proc::starting).count();
  }

  private int stopping() {
    return (int) processes.values().stream().filter(process -> process.stopping).count();
  }

  private int staying(String app) {
    return of(app, process -> !process.stopping).size();
  }

  private boolean perAppAllows(String app) {
    return limits.maxPerApp() == 0 || of(app, process -> true).size() < limits.maxPerApp();
  }

  private boolean isAboveMinimum(String app) {
    return of(app, Proc::current).size() > (shuttingDown ? 0 : memory(app).min);
  }

  private boolean pausing(String app) {
    return memory(app).pauses > 0 && now < memory(app).pauseEnds;
  }

  private int returning(String app) {
    return (int)
        sessions.values().stream()
            .filter(s -> s.process.app.equals(app) && s.process.current())
            .filter(s -> s.closedAt != Long.MAX_VALUE && now < s.closedAt + GRACE)
            .count();
  }
}
