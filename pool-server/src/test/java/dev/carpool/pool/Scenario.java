package dev.carpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A machine that a test drives: it plays the users, the processes and the clock, keeps what the
 * machine answered, and checks every invariant after each event.
 */
final class Scenario {

  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PoolMachine machine;
  private final Map<String, AppSpec> specs = new HashMap<>();
  private final Map<ProcessId, Integer> stops = new HashMap<>();
  private final Set<ProcessId> ended = new HashSet<>();
  private long now = Duration.ofHours(1).toNanos();
  private long alarm = Long.MAX_VALUE;
  private long lastRequest;

  /** All starts so far, in their order; so are the others. */
  final List<PoolEffect.Start> starts = new ArrayList<>();

  final List<PoolEffect.HandOver> handOvers = new ArrayList<>();
  final List<PoolEffect.Stop> stopped = new ArrayList<>();
  final List<PoolEffect.Slow> slow = new ArrayList<>();
  final List<PoolEffect.Overdue> overdue = new ArrayList<>();
  final List<PoolEffect.Renewed> renewed = new ArrayList<>();
  final List<String> notes = new ArrayList<>();
  final Map<RequestId, PoolEffect.HandOver> granted = new HashMap<>();
  final Map<RequestId, PoolException> refused = new HashMap<>();
  int empties;
  int alarms;

  Scenario(PoolLimits limits) {
    machine = new PoolMachine(limits, Instant.EPOCH);
  }

  /** With so many processes, of which all may start at once, and 100 in the waiting room. */
  static Scenario ofMax(int max) {
    return new Scenario(new PoolLimits(max, 0, Duration.ZERO, max, 100));
  }

  PoolMachine machine() {
    return machine;
  }

  List<PoolEffect> on(PoolEvent event) {
    if (event instanceof PoolEvent.TimePassed) {
      alarm = Long.MAX_VALUE;
    }
    List<PoolEffect> effects = machine.on(event, now);
    machine.verify();
    effects.forEach(this::take);
    return effects;
  }

  private void take(PoolEffect effect) {
    switch (effect) {
      case PoolEffect.Start start -> starts.add(start);
      case PoolEffect.HandOver handOver -> {
        handOvers.add(handOver);
        granted.put(handOver.request().id(), handOver);
      }
      case PoolEffect.Renewed it -> renewed.add(it);
      case PoolEffect.Refuse refuse ->
          assertThat(refused.put(refuse.request().id(), refuse.reason())).isNull();
      case PoolEffect.Stop stop -> {
        stopped.add(stop);
        stops.merge(stop.process(), 1, Integer::sum);
      }
      case PoolEffect.Slow it -> slow.add(it);
      case PoolEffect.Overdue it -> overdue.add(it);
      case PoolEffect.Alarm set -> {
        assertThat(set.at()).isLessThan(alarm);
        alarm = set.at();
        alarms++;
      }
      case PoolEffect.Note note -> notes.add(note.text());
      case PoolEffect.Empty it -> empties++;
    }
  }

  // Time.

  /** Lets time pass; the alarms that are due ring at their time. */
  Scenario pass(Duration duration) {
    long end = now + duration.toNanos();
    while (alarm <= end) {
      now = alarm;
      on(new PoolEvent.TimePassed());
    }
    now = end;
    return this;
  }

  Scenario passMillis(long millis) {
    return pass(Duration.ofMillis(millis));
  }

  // The users.

  Scenario app(String name, int min) {
    specs.put(name, Specs.app(name).withMin(min));
    return this;
  }

  /** Makes the application known with these limits. */
  Scenario limited(String name, AppLimits limits) {
    specs.put(name, spec(name).withLimits(limits));
    return this;
  }

  AppSpec spec(String name) {
    return specs.getOrDefault(name, Specs.app(name));
  }

  Scenario configured(String name, int min) {
    app(name, min);
    on(new PoolEvent.Configured(spec(name)));
    return this;
  }

  RequestId request(String app) {
    return request(app, PATIENCE);
  }

  RequestId request(String app, Duration patience) {
    RequestId id = new RequestId(++lastRequest);
    on(new PoolEvent.Requested(id, spec(app), now + patience.toNanos()));
    return id;
  }

  List<RequestId> requests(String app, int count) {
    List<RequestId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(request(app));
    }
    return ids;
  }

  void withdraw(RequestId id) {
    on(new PoolEvent.Withdrawn(id));
  }

  SessionId session(RequestId id) {
    return handOver(id).session();
  }

  PoolEffect.HandOver handOver(RequestId id) {
    PoolEffect.HandOver handOver = granted.get(id);
    assertThat(handOver).as("%s has a session", id).isNotNull();
    return handOver;
  }

  PoolException refusal(RequestId id) {
    PoolException reason = refused.get(id);
    assertThat(reason).as("%s is refused", id).isNotNull();
    return reason;
  }

  ProcessId process(RequestId id) {
    return handOver(id).process();
  }

  void close(RequestId id) {
    on(new PoolEvent.Closed(session(id)));
  }

  // The processes.

  ProcessId lastStarted() {
    return starts.getLast().process();
  }

  void ready(ProcessId process) {
    ready(process, 1);
  }

  void ready(ProcessId process, int concurrency) {
    on(new PoolEvent.Ready(process, 1000 + process.value(), concurrency));
  }

  /** Asks for a session, for which a process is started and becomes ready. */
  RequestId serve(String app) {
    return serve(app, 1);
  }

  RequestId serve(String app, int concurrency) {
    int before = starts.size();
    RequestId id = request(app);
    if (starts.size() > before) {
      ready(lastStarted(), concurrency);
    }
    assertThat(granted).containsKey(id);
    return id;
  }

  /** Starts a process that becomes idle. */
  ProcessId idle(String app) {
    RequestId id = serve(app);
    done(id);
    return process(id);
  }

  /** Starts several, which all become idle, the first of them first. */
  List<ProcessId> idle(String app, int count) {
    List<RequestId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(serve(app));
    }
    ids.forEach(
        id -> {
          passMillis(1);
          done(id);
        });
    return ids.stream().map(this::process).toList();
  }

  void done(RequestId id) {
    on(new PoolEvent.Done(session(id)));
  }

  void failStart(ProcessId process, String summary) {
    on(new PoolEvent.StartFailed(process, Specs.report("a", summary)));
  }

  void gone(ProcessId process) {
    ended.add(process);
    on(new PoolEvent.Gone(process, "exit status 0"));
  }

  void failHandOver(RequestId id) {
    PoolEffect.HandOver handOver = handOver(id);
    granted.remove(id);
    on(new PoolEvent.HandOverFailed(handOver.session(), handOver.request(), "broken pipe"));
  }

  // The operator.

  void limits(PoolLimits limits) {
    on(new PoolEvent.LimitsChanged(limits));
  }

  void max(int max) {
    limits(machine.limits().withMax(max));
  }

  void shutDown(Duration patience) {
    on(new PoolEvent.ShutDown(now + patience.toNanos()));
  }

  // What can be seen.

  PoolStatus status() {
    return machine.status("1.0", 42, now);
  }

  List<RunningRequest> running() {
    return machine.running(now);
  }

  PoolStatus.App appStatus(String name) {
    return status().apps().stream()
        .filter(app -> app.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  boolean knows(String app) {
    return status().apps().stream().anyMatch(known -> known.name().equals(app));
  }

  /** The states of its processes, the oldest first. */
  List<String> states(String app) {
    return appStatus(app).processes().stream().map(PoolStatus.Process::state).toList();
  }

  PoolStatus.Failure failure(String app) {
    return Objects.requireNonNull(appStatus(app).lastFailure());
  }

  /** Its living processes, the oldest first. */
  List<ProcessId> livingOf(String app) {
    return starts.stream()
        .filter(start -> start.app().name().equals(app))
        .map(PoolEffect.Start::process)
        .filter(process -> !ended.contains(process))
        .toList();
  }

  PoolStatus.Unserved unserved(String app) {
    return appStatus(app).unserved();
  }

  int starting() {
    return (int)
        status().apps().stream()
            .flatMap(app -> app.processes().stream())
            .filter(process -> process.state().equals("starting"))
            .count();
  }

  boolean isGone(ProcessId process) {
    return ended.contains(process);
  }

  boolean isStopped(ProcessId process) {
    return stops.containsKey(process);
  }

  boolean waits(RequestId id) {
    return !granted.containsKey(id) && !refused.containsKey(id);
  }

  boolean hasAlarm() {
    return alarm != Long.MAX_VALUE;
  }
}
