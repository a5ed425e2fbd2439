package dev.carpool.spawn;

import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import dev.carpool.api.Units;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process from the wish to start it to its end. Confined to the spawner's event loop, but for
 * {@link #serve} and {@link #execute}.
 */
final class HelperProcess implements Line.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(HelperProcess.class);

  /**
   * How long a process that closed its line before it was ready may take to exit and so say why.
   */
  private static final Duration EXIT_AFTER_END = Duration.ofSeconds(1);

  private enum Phase {
    STARTING,
    /** The start has failed, and its report is being written. */
    FAILED,
    SERVING
  }

  private final long id;
  private final AppSpec app;
  private final HelperSpawner home;
  private final Journey journey = new Journey("prepare");

  private Phase phase = Phase.STARTING;
  private volatile @Nullable String stopWish;
  private boolean stopByForce;
  private EventLoop.@Nullable Timer alarm;

  // What execute() made, given to the loop by attach().
  private volatile @Nullable Line line;
  private @Nullable OutputLog output;
  private @Nullable StoppingLadder ladder;
  private EventLoop.@Nullable Watch watch;
  private long pid;

  HelperProcess(long id, AppSpec app, HelperSpawner home) {
    this.id = id;
    this.app = app;
    this.home = home;
  }

  /** Executes the program, on the spawner's immortal thread. */
  void execute() {
    if (stopWish != null) {
      home.onLoop(() -> neverStarted("was stopped before it was started"));
      return;
    }
    try {
      LaunchPlan plan = LaunchPlan.of(app, home.helpers(), System.getenv());
      journey.command(plan.command());
      journey.step("exec");
      Execution execution = Execution.of(plan);
      home.onLoop(() -> attach(execution));
    } catch (StartProblem e) {
      home.onLoop(() -> notStartable(e.summary(), e.advice()));
    } catch (IOException | RuntimeException e) {
      home.onLoop(
          () ->
              notStartable(
                  "it cannot be executed: " + e.getMessage(),
                  "see whether the server has descriptors and memory left"));
    }
  }

  /** Asks the process to serve a connection; from any thread. */
  void serve(long session, Descriptor connection) throws IOException {
    Line to = line;
    if (to == null) {
      throw new IOException("it has no line any more");
    }
    to.send(Line.SERVE, (int) session, connection);
  }

  void stop(String why, boolean force) {
    stopWish = why;
    stopByForce |= force;
    StoppingLadder begun = ladder;
    if (begun != null) {
      LOG.debug("{} is stopped: {}", this, why);
      begun.begin(stopByForce);
    }
  }

  private void attach(Execution execution) {
    pid = execution.process().pid();
    Line made = new Line(execution.line(), this);
    line = made;
    ladder = new StoppingLadder(toString(), pid, made, home::later);
    home.onExit(execution.process(), () -> exited(new ExitStatus(execution.process().exitValue())));
    try {
      output = home.listenTo(app.name(), pid, execution.output());
      watch = home.watch(made);
    } catch (IOException e) {
      failed("it cannot be listened to: " + e.getMessage(), "", List.of());
      ladder.begin(true);
    }
    home.listener().started(id, pid);
    if (stopWish != null) {
      ladder.begin(stopByForce);
      return;
    }
    journey.step("start");
    alarm = home.later(app.startTimeout(), this::startTimedOut);
  }

  @Override
  public void onFrame(char type, int frameId, byte[] payload) {
    switch (type) {
      case Line.STEP -> {
        if (phase == Phase.STARTING) {
          journey.step(text(payload, 200));
        }
      }
      case Line.READY -> ready(frameId);
      case Line.FAILED -> {
        List<String> lines = text(payload, payload.length).lines().toList();
        String reason = lines.isEmpty() ? "it gives no reason" : lines.getFirst();
        failed(reason, "", lines.subList(Math.min(1, lines.size()), lines.size()));
      }
      case Line.DONE -> home.listener().done(id, frameId, payload.length == 0 || payload[0] == 0);
      default -> throw new AssertionError("the line lets no other through: " + type);
    }
  }

  @Override
  public void onUnread(int session) {
    home.listener().notTaken(id, session);
  }

  @Override
  public void onEnd(String why) {
    unwatch();
    if (phase == Phase.STARTING) {
      cancelAlarm();
      alarm =
          home.later(
              EXIT_AFTER_END, () -> failed("it " + why + " before it was ready", "", List.of()));
    } else if (phase == Phase.SERVING) {
      home.listener().broken(id, why);
    }
  }

  private void ready(int concurrency) {
    if (phase != Phase.STARTING) {
      return;
    }
    if (concurrency < 1) {
      failed("it says that it is ready for " + concurrency + " connections", "", List.of());
      return;
    }
    cancelAlarm();
    journey.step("ready");
    phase = Phase.SERVING;
    LOG.info("{} is ready", this);
    home.listener().ready(id, pid, concurrency);
  }

  private void startTimedOut() {
    // Whoever is not ready reads no STOP, and has nothing to finish that would be worth the wait.
    Objects.requireNonNull(ladder).begin(true);
    failed(
        "it was not ready after %s; it has got to the step '%s'"
            .formatted(Units.words(app.startTimeout()), journey.currentStep()),
        "see what it waits for, or raise start_timeout",
        List.of());
  }

  /** Tells once why the start failed, after what the process printed until now was read. */
  private void failed(String summary, String advice, List<String> details) {
    if (phase != Phase.STARTING) {
      return;
    }
    phase = Phase.FAILED;
    cancelAlarm();
    OutputLog log = output;
    if (log == null) {
      report(summary, advice, details, List.of());
    } else {
      log.catchUp(() -> home.onLoop(() -> report(summary, advice, details, log.lastLines())));
    }
    if (ladder != null) {
      ladder.begin(false);
    }
  }

  private void report(String summary, String advice, List<String> details, List<String> printed) {
    List<String> lines = Stream.concat(printed.stream(), details.stream()).toList();
    SpawnReport report = journey.failed(app.name(), summary, advice, lines);
    if (stopWish == null) {
      LOG.warn("{}", report.toText().stripTrailing());
    }
    home.listener().startFailed(id, report);
  }

  private void notStartable(String summary, String advice) {
    phase = Phase.FAILED;
    report(summary, advice, List.of(), List.of());
    neverStarted("was never started");
  }

  private void neverStarted(String how) {
    home.forget(id);
    home.listener().gone(id, how);
  }

  private void exited(ExitStatus status) {
    String how = status.toString();
    Objects.requireNonNull(ladder).end();
    if (phase == Phase.STARTING) {
      failed("it " + how + " before it was ready", status.advice(), List.of());
    }
    cancelAlarm();
    unwatch();
    Line closing = Objects.requireNonNull(line);
    line = null;
    home.readRest(closing);
    closing.socket().close();
    boolean expected = stopWish != null || phase == Phase.FAILED;
    if (!expected) {
      LOG.warn("{} {}", this, how);
    } else {
      LOG.info("{} {} ({})", this, how, stopWish == null ? "its start failed" : stopWish);
    }
    // Behind a report that may still be on its way, since both go through the output loop.
    Runnable last =
        () ->
            home.onLoop(
                () -> {
                  home.forget(id);
                  home.listener().gone(id, how);
                });
    if (output == null) {
      last.run();
    } else {
      output.finish(last);
    }
  }

  private void unwatch() {
    if (watch != null) {
      watch.end();
      watch = null;
    }
  }

  private void cancelAlarm() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }

  private static String text(byte[] payload, int atMost) {
    return new String(payload, 0, Math.min(payload.length, atMost), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "process " + pid + " of " + app.name();
  }
}
