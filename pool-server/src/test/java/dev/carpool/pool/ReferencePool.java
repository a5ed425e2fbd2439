package dev.carpool.pool;

import static com.google.common.base.Verify.verify;

import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import java.util.List;
import java.util.Map;

/**
 * What must be true of a pool's answers, from the rules and not from its code. It decides nothing:
 * it only objects.
 */
final class ReferencePool extends SeenPool {

  /** When the machine wants to be called again. */
  long alarm = Long.MAX_VALUE;

  boolean empty;
  int granted;
  private int livingBefore;

  ReferencePool(PoolLimits limits) {
    super(limits);
  }

  // What the machine answers.

  void check(List<PoolEffect> effects) {
    for (PoolEffect effect : effects) {
      switch (effect) {
        case PoolEffect.Start start -> started(start);
        case PoolEffect.Renewed it -> verify(it.generation() > 1, "%s", it);
        case PoolEffect.HandOver handOver -> handedOver(handOver);
        case PoolEffect.Refuse refuse -> refused(refuse.request(), refuse.reason());
        case PoolEffect.Stop stop -> stopped(stop);
        case PoolEffect.Slow it -> {
          SeenSession session = sessions.get(it.session());
          verify(session != null && !session.slow && it.age() >= 20_000_000, "%s", it);
          session.slow = true;
        }
        case PoolEffect.Overdue it -> {
          SeenSession session = sessions.get(it.session());
          verify(session != null && session.since + 50_000_000 <= now, "%s", it);
          verify(!session.process.stopping, "%s stops already", it);
          session.process.stopping = true;
          session.process.forced = true;
        }
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
    of(app, process -> process.stale && !process.worn)
        .forEach(old -> verify(old.generation < start.generation(), "an old generation"));
    SeenProcess process = new SeenProcess(start.process(), app, start.generation(), now);
    verify(processes.put(process.id, process) == null, "%s twice", process.id);
  }

  private void handedOver(PoolEffect.HandOver handOver) {
    Request request = handOver.request();
    String app = request.app().name();
    verify(request.equals(queued.get(request.id())), "%s does not wait", request);
    verify(request.id().equals(waiting(app).getFirst().id()), "%s is not the first", request);
    verify(request.deadline() > now, "%s is too late", request);
    queued.remove(request.id());
    SeenProcess process = processes.get(handOver.process());
    verify(process != null && process.free() && process.app.equals(app), "%s", handOver);
    verify(process.pid == handOver.pid(), "pid %s, not %s", handOver.pid(), process.pid);
    for (SeenProcess other : of(app, SeenProcess::free)) {
      verify(other.sessions.size() >= process.sessions.size(), "%s has fewer", other.id);
      verify(!other.idle() || other.idleSince <= process.idleSince, "%s was in use", other.id);
    }
    SeenSession session = new SeenSession(handOver.session(), process, request, now);
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
          case PoolException.SpawnFailed e ->
              pausing(app) && of(app, SeenProcess::current).isEmpty();
          case PoolException.BadRequest e -> false;
          case PoolException.NotFound e -> false;
          case PoolException.Denied e -> false;
        };
    verify(fits, "%s refused: %s", request, reason);
    unserved.add(reason.getClass().getSimpleName());
  }

  private void stopped(PoolEffect.Stop stop) {
    SeenProcess process = processes.get(stop.process());
    verify(process != null, "%s is not there to stop", stop);
    verify(!process.stopping || (stop.force() && !process.forced), "%s twice", stop);
    boolean isIdle = process.idle();
    List<SeenProcess> idle = processes.values().stream().filter(SeenProcess::idle).toList();
    if (stop.why().startsWith("idle for")) {
      verify(isIdle && isAboveMinimum(process.app), "%s: it is wanted", stop);
      verify(process.idleSince + maxIdle(process.app) <= now, "%s: too early", stop);
    } else if (stop.why().startsWith("makes room for")) {
      verify(isIdle && isAboveMinimum(process.app), "%s: it is wanted", stop);
      verify(stopping() + starting() < limits.maxSpawning(), "%s: no start", stop);
      List<SeenProcess> others =
          idle.stream()
              .filter(other -> !stop.why().equals("makes room for " + other.app))
              .filter(other -> isAboveMinimum(other.app))
              .toList();
      verify(isIdleLongest(process, others), "%s: not idle longest", stop);
    } else if (List.of("restart", "configured anew", "max_requests").contains(stop.why())) {
      verify(process.stale, "%s: it is not old", stop);
      boolean least = of(process.app, SeenProcess::serving).size() == 1;
      boolean mustBe = process.expelled || limits.max() == 1 || maximum(process.app) == 1;
      mustBe |= shuttingDown || !process.serving();
      boolean others =
          processes.values().stream()
              .anyMatch(p -> !p.stopping && !p.app.equals(process.app) && isAboveMinimum(p.app));
      verify(!least || mustBe || !others, "%s: nobody serves", stop);
    } else if (stop.why().equals("above max")) {
      verify(isIdle && processes.size() - stopping() > limits.max(), "%s: is not", stop);
      verify(isIdleLongest(process, idle), "%s: not idle longest", stop);
    } else if (List.of("above max_per_app", "above its max").contains(stop.why())) {
      verify(isIdle && staying(process.app) > maximum(process.app), "%s: is not", stop);
    }
    process.stopping = true;
    process.forced = stop.force();
  }

  // What must hold when the machine has answered.

  private void checkSettled() {
    int living = processes.size();
    verify(living <= Math.max(limits.max(), livingBefore), "%s processes live", living);
    livingBefore = living;
    int staying = living - stopping();
    for (SeenProcess process : processes.values()) {
      checkProcess(process, staying);
    }
    for (Request request : queued.values()) {
      verify(request.deadline() > now, "%s waits beyond its time", request);
      verify(!shuttingDown, "%s waits for the end", request);
    }
    long due = due();
    verify(alarm <= due, "the alarm at %s comes after %s", alarm, due);
    memories.entrySet().removeIf(entry -> entry.getValue().removed && isQuiet(entry.getKey()));
    for (Map.Entry<String, Memory> entry : memories.entrySet()) {
      checkApp(entry.getKey(), entry.getValue());
    }
  }

  private void checkProcess(SeenProcess process, int staying) {
    boolean above = staying(process.app) > maximum(process.app);
    verify(!process.idle() || staying <= limits.max(), "%s is idle above max", process.id);
    verify(!process.idle() || !above, "%s is idle above max_per_app", process.id);
    verify(!process.idle() || !process.expelled, "%s is idle and old", process.id);
    verify(!process.starting() || !process.stale, "%s starts and is old", process.id);
    verify(process.sessions.size() <= process.places, "%s has too much to do", process.id);
    long limit = maxIdle(process.app);
    boolean tooLong = process.idle() && limit > 0 && process.idleSince + limit <= now;
    verify(!tooLong || !isAboveMinimum(process.app), "%s is idle for too long", process.id);
  }

  private void checkApp(String app, Memory memory) {
    List<Request> waiting = waiting(app);
    List<SeenProcess> current = of(app, SeenProcess::current);
    int mine = of(app, SeenProcess::starting).size();
    verify(
        waiting.isEmpty() || of(app, SeenProcess::free).isEmpty(), "%s: waits beside a place", app);
    if (memory.removed) {
      verify(of(app, SeenProcess::idle).isEmpty(), "%s is removed and has one idle", app);
      boolean wanted = !waiting.isEmpty() || mine == 0;
      verify(wanted, "%s is removed, and one starts for nobody", app);
    }
    boolean outdated = !of(app, SeenProcess::staleAndServing).isEmpty() && !memory.removed;
    if (isQuiet(app)) {
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
    boolean room = processes.size() < limits.max() && stopping() == 0;
    verify(!mayStart || !room || !outdated || mine > 0, "%s: outdated, and none starts", app);
    boolean wantsOne = waiting.size() > mine * memory.places + returning(app);
    boolean wantsMinimum = current.size() < memory.min;
    if (processes.size() < limits.max()) {
      verify(!mayStart || !(wantsOne || wantsMinimum), "%s: there is room for a start", app);
    } else if (wantsOne && mayStart && stopping() == 0) {
      for (SeenProcess other : processes.values()) {
        boolean dispensable = other.idle() && !other.app.equals(app) && isAboveMinimum(other.app);
        verify(!dispensable, "%s could go for %s", other.id, app);
      }
    }
  }

  /** When something falls due by itself: no later may the alarm ring. */
  private long due() {
    long due = Long.MAX_VALUE;
    for (Request request : queued.values()) {
      due = Math.min(due, request.deadline());
    }
    for (SeenProcess process : processes.values()) {
      if (process.idle() && maxIdle(process.app) > 0 && isAboveMinimum(process.app)) {
        due = Math.min(due, process.idleSince + maxIdle(process.app));
      }
    }
    for (SeenSession session : sessions.values()) {
      if (isReturning(session) && !waiting(session.process.app).isEmpty()) {
        due = Math.min(due, session.closedAt + SeenPool.GRACE);
      }
    }
    for (Map.Entry<String, Memory> entry : memories.entrySet()) {
      String app = entry.getKey();
      boolean outdated =
          !of(app, SeenProcess::staleAndServing).isEmpty() && !entry.getValue().removed;
      boolean wants =
          outdated
              || !waiting(app).isEmpty()
              || of(app, SeenProcess::current).size() < entry.getValue().min;
      if (wants && !shuttingDown && pausing(app)) {
        due = Math.min(due, entry.getValue().pauseEnds);
      }
    }
    return due;
  }

  /** Takes over from a status which processes get no more requests. */
  void drain(PoolStatus status) {
    for (PoolStatus.App app : status.apps()) {
      for (PoolStatus.Process said : app.processes()) {
        if (said.state().equals("draining")) {
          SeenProcess process = of(app.name(), p -> p.pid == said.pid()).getFirst();
          boolean sessions = !process.sessions.isEmpty();
          verify(sessions && (process.stale || shuttingDown), "%s drains", process.id);
          process.draining = true;
        }
      }
    }
  }

  boolean isAnyOutdated() {
    return processes.values().stream().anyMatch(p -> p.staleAndServing() && !memory(p.app).removed);
  }

  private boolean isQuiet(String app) {
    return of(app, process -> true).isEmpty() && waiting(app).isEmpty();
  }

  void checkStatus(PoolStatus status) {
    PoolStatus.Unserved expectedCounts =
        new PoolStatus.Unserved(
            unserved.count("QueueFull"),
            unserved.count("QueueTimeout"),
            unserved.count("SpawnFailed"),
            unserved.count("ShuttingDown"),
            unserved.count("Unavailable"),
            unserved.count("withdrawn"),
            unserved.count("lost"));
    verify(status.unserved().equals(expectedCounts), "%s, not %s", status, expectedCounts);
    for (PoolStatus.App app : status.apps()) {
      Memory memory = memory(app.name());
      verify(!memory.removed || !isQuiet(app.name()), "%s is removed and known", app.name());
    }
    verify(status.count() == processes.size(), "count is %s", status.count());
    long active = processes.values().stream().filter(p -> !p.sessions.isEmpty()).count();
    verify(status.active() == active, "active is %s, not %s", status.active(), active);
    long idle = processes.values().stream().filter(SeenProcess::idle).count();
    verify(status.inactive() == idle, "inactive is %s, not %s", status.inactive(), idle);
    int all = status.waiting() + status.expecting();
    verify(all == queued.size(), "%s wait, not %s", queued.size(), all);
    verify(status.waiting() <= limits.queueMax(), "%s in the room", status.waiting());
    int expected = 0;
    for (String app : memories.keySet()) {
      int places = of(app, SeenProcess::starting).size() * memory(app).places + returning(app);
      expected += Math.min(waiting(app).size(), places);
    }
    verify(status.expecting() >= expected, "%s are expected for", expected);
    verify(stopping() > 0 || status.expecting() == expected, "%s are expected for", expected);
  }
}
