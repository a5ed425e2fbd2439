package dev.carpool.pool;

import static com.google.common.base.Verify.verify;

import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A machine and its reference, driven by a seed. */
final class RandomPool {

  private static final long MILLI = 1_000_000L;

  private final Random random;
  private final ReferencePool reference;
  private final PoolMachine machine;
  private final List<AppSpec> apps = new ArrayList<>();
  private final int[] places;

  /** How many of the users' events are requests, in a hundred. */
  private final int demand;

  /** How often processes fail, in a thousand. */
  private final int trouble;

  /** Grants whose process has gone, and which may still come back as failed hand-overs. */
  private final ArrayDeque<SeenSession> orphans = new ArrayDeque<>();

  private final ArrayDeque<Object> last = new ArrayDeque<>();
  private long lastRequest;
  private long lastPid = 100;
  private int events;

  RandomPool(long seed) {
    random = new Random(seed);
    demand = List.of(10, 25, 50).get(random.nextInt(3));
    trouble = List.of(0, 2, 10, 60).get(random.nextInt(4));
    PoolLimits limits = limits();
    reference = new ReferencePool(limits);
    machine = new PoolMachine(limits, Instant.EPOCH);
    int count = 1 + random.nextInt(4);
    places = new int[count];
    for (int i = 0; i < count; i++) {
      apps.add(
          Specs.app("app" + i)
              .withMin(random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0)
              .withLimits(Specs.limits(random)));
      places[i] = random.nextBoolean() ? 1 : 1 + random.nextInt(5);
    }
  }

  private PoolLimits limits() {
    return new PoolLimits(
        1 + random.nextInt(8),
        random.nextBoolean() ? 0 : 1 + random.nextInt(4),
        List.of(Duration.ZERO, Duration.ofMillis(30), Duration.ofSeconds(2)).get(random.nextInt(3)),
        1 + random.nextInt(4),
        random.nextInt(4) == 0 ? 0 : random.nextInt(20));
  }

  int events() {
    return events;
  }

  int granted() {
    return reference.granted;
  }

  String lastEvents() {
    return last.stream().map(Object::toString).collect(Collectors.joining("\n  ", "\n  ", ""));
  }

  /** Lets a little time pass, then something happens: the alarm, if it is due before. */
  void step() {
    long then = reference.now + pause();
    if (then >= reference.alarm) {
      ring();
      return;
    }
    reference.now = then;
    PoolEvent event = random.nextInt(100) < 60 ? workEvent() : processEvent();
    if (event != null) {
      tell(event);
    }
  }

  private long pause() {
    return switch (random.nextInt(20)) {
      case 0 -> 0;
      case 1 -> random.nextLong(300 * MILLI);
      default -> random.nextLong(2 * MILLI);
    };
  }

  private void ring() {
    reference.now = reference.alarm;
    reference.alarm = Long.MAX_VALUE;
    tell(new PoolEvent.TimePassed());
  }

  private void tell(PoolEvent event) {
    events++;
    last.add(reference.now);
    last.add(event);
    List<PoolEffect> effects = machine.on(event, reference.now);
    last.addAll(effects);
    while (last.size() > 60) {
      last.remove();
    }
    machine.verify();
    reference.drain(machine.status("1", 1, reference.now));
    reference.check(effects);
    if (events % 4 == 0) {
      reference.checkStatus(machine.status("1", 1, reference.now));
    }
  }

  /** An event of those who use the pool; null if there is nobody for it. */
  private @Nullable PoolEvent workEvent() {
    if (random.nextInt(100) < demand) {
      return request();
    }
    int dice = 40 + random.nextInt(60);
    if (dice < 43) {
      return with(pick(reference.queued.keySet(), id -> true), this::withdraw);
    } else if (dice < 68) {
      return with(open(), this::close);
    } else if (dice < 94) {
      boolean closed = random.nextInt(4) != 0;
      SeenSession session =
          pick(reference.sessions.values(), s -> !closed || s.closedAt != Long.MAX_VALUE);
      return with(session, this::done);
    } else if (dice < 96) {
      return with(open(), this::notTaken);
    }
    return failHandOver();
  }

  private PoolEvent request() {
    AppSpec app = apps.get(random.nextInt(apps.size()));
    if (random.nextInt(50) == 0) {
      AppLimits other = Specs.limits(random);
      app =
          app.withMin(random.nextInt(3))
              .withLimits(app.limits().withMax(other.max()).withMaxIdleTime(other.maxIdleTime()));
      apps.set(indexOf(app.name()), app);
    }
    RequestId id = new RequestId(++lastRequest);
    long deadline = reference.now + random.nextLong(400 * MILLI);
    reference.requested(id, app, deadline);
    return new PoolEvent.Requested(id, app, deadline);
  }

  private PoolEvent withdraw(RequestId id) {
    reference.queued.remove(id);
    reference.unserved.add("withdrawn");
    return new PoolEvent.Withdrawn(id);
  }

  private PoolEvent close(SeenSession session) {
    session.closedAt = reference.now;
    return new PoolEvent.Closed(session.id);
  }

  private PoolEvent done(SeenSession session) {
    reference.done(session, apps.get(indexOf(session.process.app)));
    return new PoolEvent.Done(session.id);
  }

  private PoolEvent end(SeenSession session, PoolEvent event) {
    reference.ended(session.id);
    return event;
  }

  private PoolEvent notTaken(SeenSession session) {
    reference.unserved.add("withdrawn");
    return end(session, new PoolEvent.NotTaken(session.id, true));
  }

  private @Nullable PoolEvent failHandOver() {
    SeenSession session = orphans.poll();
    if (session == null) {
      session = open();
    }
    if (session == null) {
      return null;
    }
    boolean open = reference.sessions.containsKey(session.id);
    reference.ended(session.id);
    if (open) {
      reference.died(session.process);
    }
    reference.returned(session.request);
    return new PoolEvent.HandOverFailed(session.id, session.request, "broken pipe");
  }

  /** An event of the processes, or of those who run the pool. */
  private @Nullable PoolEvent processEvent() {
    int dice = random.nextInt(100) < 98 ? random.nextInt(930) : 930 + random.nextInt(70);
    SeenProcess starting = pick(reference.processes.values(), p -> !p.ready);
    SeenProcess any = pick(reference.processes.values(), p -> true);
    SeenProcess stopping = pick(reference.processes.values(), p -> p.stopping);
    if (dice < 400 && starting != null) {
      return ready(starting);
    } else if (dice < 400 + trouble && starting != null) {
      reference.startFailed(starting, true);
      return new PoolEvent.StartFailed(starting.id, Specs.report(starting.app, "no such module"));
    } else if (dice < 830 && stopping != null) {
      return gone(stopping);
    } else if (dice < 830 + trouble / 2 && any != null) {
      return gone(any);
    } else if (dice < 830 + trouble && any != null) {
      reference.died(any);
      return new PoolEvent.Broken(any.id, "end of file on the line");
    } else if (dice < 930 && starting != null) {
      starting.pid = ++lastPid;
      return new PoolEvent.Started(starting.id, starting.pid);
    } else if (dice >= 990) {
      reference.limits = limits();
      return new PoolEvent.LimitsChanged(reference.limits);
    } else if (dice >= 980) {
      String app = apps.get(random.nextInt(apps.size())).name();
      boolean atOnce = random.nextInt(4) == 0;
      reference.restarted(app, atOnce);
      return new PoolEvent.Restarted(app, atOnce);
    } else if (dice >= 977) {
      apps.forEach(app -> reference.restarted(app.name(), true));
      return new PoolEvent.Cleared();
    } else if (dice >= 974) {
      AppSpec app = apps.get(random.nextInt(apps.size()));
      reference.configured(app);
      return new PoolEvent.Configured(app);
    } else if (dice >= 971) {
      String app = apps.get(random.nextInt(apps.size())).name();
      reference.forgotten(app);
      return new PoolEvent.Forgotten(app);
    }
    return dice >= 960 ? lateEvent() : null;
  }

  private PoolEvent ready(SeenProcess process) {
    int concurrency = places[indexOf(process.app)];
    process.pid = process.pid == 0 ? ++lastPid : process.pid;
    reference.ready(process, concurrency);
    return new PoolEvent.Ready(process.id, process.pid, concurrency);
  }

  private PoolEvent gone(SeenProcess process) {
    process.sessions.stream()
        .filter(session -> session.closedAt == Long.MAX_VALUE && random.nextBoolean())
        .forEach(orphans::add);
    reference.gone(process);
    return new PoolEvent.Gone(process.id, "exit status 1");
  }

  /** About something that never was or is gone: must change nothing. */
  private PoolEvent lateEvent() {
    ProcessId process = new ProcessId(1_000_000);
    SessionId session = new SessionId(1_000_000);
    return switch (random.nextInt(7)) {
      case 0 -> new PoolEvent.Done(session);
      case 1 -> new PoolEvent.Closed(session);
      case 2 -> new PoolEvent.NotTaken(session, true);
      case 3 -> new PoolEvent.Ready(process, 1, 1);
      case 4 -> new PoolEvent.Gone(process, "late");
      case 5 -> new PoolEvent.Withdrawn(new RequestId(Long.MAX_VALUE));
      default -> new PoolEvent.StartFailed(process, Specs.report("app0", "late"));
    };
  }

  /** Lets everything succeed until nothing is left to do, and looks that nothing is outdated. */
  void calmDown() {
    for (int i = 0; i < 5_000; i++) {
      SeenProcess stopping = pick(reference.processes.values(), p -> p.stopping);
      SeenProcess starting = pick(reference.processes.values(), p -> !p.ready && !p.stopping);
      SeenSession session = pick(reference.sessions.values(), s -> true);
      if (stopping != null) {
        tell(gone(stopping));
      } else if (starting != null) {
        tell(ready(starting));
      } else if (session != null) {
        tell(done(session));
      } else if (reference.isAnyOutdated() && reference.alarm != Long.MAX_VALUE) {
        ring();
      } else {
        break;
      }
    }
    verify(!reference.isAnyOutdated(), "one is still outdated");
  }

  /** Shuts down, lets what lives end, and looks that nothing is left. */
  void finish() {
    reference.shuttingDown = true;
    tell(new PoolEvent.ShutDown(reference.now + 500 * MILLI));
    verify(reference.queued.isEmpty(), "somebody still waits");
    verify(request() instanceof PoolEvent.Requested late && tellRefused(late), "late request");
    while (!reference.empty) {
      SeenProcess stopping = pick(reference.processes.values(), p -> p.stopping);
      SeenSession session = pick(reference.sessions.values(), s -> true);
      if (random.nextInt(10) == 0 && reference.alarm != Long.MAX_VALUE) {
        ring();
      } else if (stopping != null) {
        tell(gone(stopping));
      } else if (session != null && random.nextBoolean()) {
        tell(done(session));
      }
    }
    verify(machine.count() == 0 && machine.active() == 0, "something is left");
  }

  private boolean tellRefused(PoolEvent.Requested late) {
    tell(late);
    return reference.queued.isEmpty();
  }

  private int indexOf(String name) {
    for (int i = 0; i < apps.size(); i++) {
      if (apps.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(name);
  }

  private @Nullable SeenSession open() {
    return pick(reference.sessions.values(), s -> s.closedAt == Long.MAX_VALUE);
  }

  private static <T> @Nullable PoolEvent with(@Nullable T it, Function<T, PoolEvent> event) {
    return it == null ? null : event.apply(it);
  }

  private <T> @Nullable T pick(Collection<T> all, Predicate<T> which) {
    List<T> fitting = all.stream().filter(which).toList();
    return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
  }
}
